// K4: whoever could replace a file or folder is found on the way to it.
#include "trust/way.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "error/start_error.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffer;
using trust::last_folder;

namespace {

constexpr uid_t stranger = 4711;

boost::test_tools::assertion_result as_root(boost::unit_test::test_unit_id) {
  if (geteuid() == 0) return true;
  boost::test_tools::assertion_result no(false);
  no.message() << "only root can give a folder away";
  return no;
}

struct two_folders {
  tests::temporary_folder outer;
  std::string inner = outer.file("inner");

  two_folders() { BOOST_REQUIRE(mkdir(inner.c_str(), 0700) == 0); }

  // What is said of inner/file; empty: nothing.
  std::string refusal(last_folder wanted = last_folder::own, const std::string& path = "") const {
    try {
      trust::check_way_to(path.empty() ? inner + "/file" : path, "thing", wanted);
      return "";
    } catch (const start_error& error) { return error.what(); }
  }
  bool refuses(const std::string& what, last_folder wanted = last_folder::own,
               const std::string& path = "") const {
    return refusal(wanted, path).find(what) != std::string::npos;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(K4_way, two_folders)

BOOST_AUTO_TEST_CASE(ones_own_folders_are_good_with_and_without_the_file) {
  BOOST_TEST(refusal() == "");
  BOOST_TEST(refusal(last_folder::own, inner + "/none/of/these") == "");
}

BOOST_AUTO_TEST_CASE(the_last_folder_may_be_sticky_only_where_that_is_enough) {
  chmod(inner.c_str(), 01777);
  BOOST_TEST(refuses("chmod go-w"));
  BOOST_TEST(refusal(last_folder::sticky) == "");
  BOOST_TEST(refusal(last_folder::handed_over) == "");
  chmod(inner.c_str(), 0777);
  for (const auto wanted : {last_folder::own, last_folder::sticky, last_folder::handed_over})
    BOOST_TEST(refuses("others could replace it", wanted));
}

BOOST_AUTO_TEST_CASE(folders_above_may_be_sticky) {
  chmod(outer.path().c_str(), 01777);
  BOOST_TEST(refusal() == "");
  chmod(outer.path().c_str(), 0775);
  BOOST_TEST(refuses(outer.path() + " (mode 0775)"));
  BOOST_TEST(refuses(outer.path() + " (mode 0775)", last_folder::sticky));
}

BOOST_AUTO_TEST_CASE(a_folder_of_another_user_is_refused_wherever_it_is,
                     *boost::unit_test::precondition(as_root)) {
  for (const auto& folder : {inner, outer.path()}) {
    BOOST_REQUIRE(chown(folder.c_str(), stranger, 0) == 0);
    for (const auto wanted : {last_folder::own, last_folder::sticky, last_folder::handed_over})
      BOOST_TEST(refuses(folder + ", owned by uid 4711", wanted));
    BOOST_REQUIRE(chown(folder.c_str(), 0, 0) == 0);
  }
  BOOST_TEST(refusal() == "");
}

BOOST_AUTO_TEST_CASE(a_link_is_followed_and_both_its_ends_are_looked_at) {
  const std::string link = outer.file("link");
  BOOST_REQUIRE(symlink("inner", link.c_str()) == 0);
  BOOST_TEST(refusal(last_folder::own, link + "/file") == "");
  chmod(inner.c_str(), 0777);
  BOOST_TEST(refuses(inner + " (mode 0777)", last_folder::own, link + "/file"));
  chmod(inner.c_str(), 0700);
  const tests::temporary_folder open;
  const std::string there = open.file("there");
  BOOST_REQUIRE(symlink(inner.c_str(), there.c_str()) == 0);
  BOOST_TEST(refusal(last_folder::own, there + "/file") == "");
  chmod(open.path().c_str(), 0777);
  BOOST_TEST(refuses(open.path() + " (mode 0777)", last_folder::own, there + "/file"));
}

BOOST_AUTO_TEST_CASE(a_link_of_another_user_in_a_sticky_folder_is_refused,
                     *boost::unit_test::precondition(as_root)) {
  chmod(outer.path().c_str(), 01777);
  const std::string link = outer.file("link");
  BOOST_REQUIRE(symlink("inner", link.c_str()) == 0);
  BOOST_TEST(refusal(last_folder::own, link + "/file") == "");
  BOOST_REQUIRE(lchown(link.c_str(), stranger, stranger) == 0);
  BOOST_TEST(refuses("the link " + link + ", owned by uid 4711", last_folder::own, link + "/file"));
}

BOOST_AUTO_TEST_CASE(links_that_name_each_other_end) {
  const std::string one = outer.file("one"), two = outer.file("two");
  BOOST_REQUIRE(symlink("two", one.c_str()) == 0);
  BOOST_REQUIRE(symlink("one", two.c_str()) == 0);
  BOOST_TEST(refuses("too many links", last_folder::own, one + "/file"));
}

BOOST_AUTO_TEST_CASE(a_folder_is_asked_the_same_as_what_lies_in_it) {
  BOOST_CHECK_NO_THROW(trust::check_folder(inner, "thing", last_folder::own));
  chmod(inner.c_str(), 0770);
  BOOST_CHECK_THROW(trust::check_folder(inner, "thing", last_folder::own), start_error);
}

BOOST_AUTO_TEST_SUITE_END()
