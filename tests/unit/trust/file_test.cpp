#include "trust/file.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <vector>

#include "error/start_error.hpp"
#include "tests/open_arena.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffer;
using coffer::tests::open_arena;
using coffer::tests::temporary_folder;
BOOST_TEST_GLOBAL_FIXTURE(open_arena);

namespace {

struct with_key {
  temporary_folder folder;
  std::string path = folder.file("master.key");

  with_key() {
    std::ofstream(path) << std::string(32, 'k');
    chmod(path.c_str(), 0600);
  }

  // The refusal's line; empty if the file was read.
  std::string refusal() const {
    try {
      return trust::read_secret(path, "master key") ? "" : "missing";
    } catch (const start_error& error) {
      BOOST_TEST((error.code() == exit_code::configuration));
      return error.what();
    }
  }
};

bool says(const std::string& line, const std::string& what) {
  return line.find(what) != std::string::npos && line.find('\n') == std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(K4_secret_file, with_key)

BOOST_AUTO_TEST_CASE(a_private_file_is_read) {
  BOOST_TEST(refusal() == "");
  const auto content = trust::read_secret(path, "master key");
  BOOST_TEST(content->size() == 32u);
}

BOOST_AUTO_TEST_CASE(no_file_is_no_error) {
  unlink(path.c_str());
  BOOST_TEST(refusal() == "missing");
}

BOOST_AUTO_TEST_CASE(every_mode_for_others_is_refused) {
  for (const mode_t mode : {0640u, 0604u, 0644u, 0620u, 0602u, 0610u, 0601u}) {
    chmod(path.c_str(), mode);
    BOOST_TEST(says(refusal(), "chmod 0600"), mode);
  }
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_is_refused) {
  const std::string link = folder.file("link.key");
  BOOST_TEST_REQUIRE(symlink(path.c_str(), link.c_str()) == 0);
  path = link;
  BOOST_TEST(says(refusal(), "symbolic link"));
}

BOOST_AUTO_TEST_CASE(what_is_no_regular_file_is_refused_and_does_not_hang) {
  unlink(path.c_str());
  BOOST_TEST_REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  BOOST_TEST(says(refusal(), "not a regular file"));
  unlink(path.c_str());
  BOOST_TEST_REQUIRE(mkdir(path.c_str(), 0700) == 0);
  BOOST_TEST(says(refusal(), "not a regular file"));
}

BOOST_AUTO_TEST_CASE(another_owner_is_refused) {
  if (geteuid() != 0) {
    BOOST_TEST_MESSAGE("only root can give a file away");
    return;
  }
  BOOST_TEST_REQUIRE(chown(path.c_str(), 12345, 12345) == 0);
  BOOST_TEST(says(refusal(), "owned by uid 12345"));
}

BOOST_AUTO_TEST_CASE(a_directory_that_others_can_write_is_refused_even_if_sticky) {
  for (const mode_t mode : {0770u, 0707u, 01777u}) {
    chmod(folder.path().c_str(), mode);
    BOOST_TEST(says(refusal(), "chmod go-w"), mode);
  }
}

BOOST_AUTO_TEST_CASE(a_directory_further_up_must_be_sticky_or_closed) {
  const std::string inner = folder.file("inner");
  BOOST_TEST_REQUIRE(mkdir(inner.c_str(), 0700) == 0);
  BOOST_TEST_REQUIRE(rename(path.c_str(), (inner + "/master.key").c_str()) == 0);
  path = inner + "/master.key";
  BOOST_TEST(refusal() == "");
  chmod(folder.path().c_str(), 0777);
  BOOST_TEST(says(refusal(), "could replace it"));
  chmod(folder.path().c_str(), 01777);
  BOOST_TEST(refusal() == "");
}

BOOST_AUTO_TEST_CASE(empty_and_huge_files_are_refused) {
  BOOST_TEST_REQUIRE(truncate(path.c_str(), 0) == 0);
  BOOST_TEST(says(refusal(), "0 bytes"));
  BOOST_TEST_REQUIRE(truncate(path.c_str(), 5000) == 0);
  BOOST_TEST(says(refusal(), "5000 bytes"));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

constexpr uid_t stranger = 4711;
constexpr const char* acl = "system.posix_acl_access";

boost::test_tools::assertion_result as_root(boost::unit_test::test_unit_id) {
  if (geteuid() == 0) return true;
  boost::test_tools::assertion_result no(false);
  no.message() << "only root can act as another user";
  return no;
}

struct acl_line {
  std::uint16_t tag, permits;
  std::uint32_t id;
};

// Linux's form of an access control list (linux/posix_acl_xattr.h), for little-endian machines.
bool set_list(const std::string& path, const std::vector<acl_line>& lines) {
  std::string bytes("\2\0\0\0", 4);
  for (const acl_line& one : lines) {
    bytes.append(reinterpret_cast<const char*>(&one.tag), 2);
    bytes.append(reinterpret_cast<const char*>(&one.permits), 2);
    bytes.append(reinterpret_cast<const char*>(&one.id), 4);
  }
  return setxattr(path.c_str(), acl, bytes.data(), bytes.size(), 0) == 0;
}

constexpr std::uint32_t no_id = 0xFFFFFFFF;

std::vector<acl_line> readable_by(std::uint32_t user, std::uint16_t own_group = 0) {
  return {{1, 4, no_id}, {2, 4, user}, {4, own_group, no_id}, {16, 4, no_id}, {32, 0, no_id}};
}

// Acts as `user` while it lives, as the daemon of a service does.
struct acting_as {
  explicit acting_as(uid_t user, gid_t group) {
    const gid_t groups[] = {group};
    BOOST_REQUIRE(setgroups(1, groups) == 0);
    BOOST_REQUIRE(setegid(group) == 0);
    BOOST_REQUIRE(seteuid(user) == 0);
  }
  ~acting_as() {
    BOOST_TEST(seteuid(0) == 0);
    BOOST_TEST(setegid(0) == 0);
    BOOST_TEST(setgroups(0, nullptr) == 0);
  }
};

// Root's file, as systemd and Kubernetes make it, in a folder that its user can enter.
struct with_handed_over : with_key {
  static constexpr uid_t service = 4100;
  static constexpr gid_t own_group = 4101, shared_group = 0;

  with_handed_over() {
    chmod(folder.path().c_str(), 0755);
    chmod(path.c_str(), 0400);
  }
  std::string refusal(trust::provider from = trust::provider::system) const {
    const acting_as user(service, own_group);
    try {
      return trust::read_secret(path, "master key", from) ? "" : "missing";
    } catch (const start_error& error) { return error.what(); }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(K4_handed_over, with_handed_over, *boost::unit_test::precondition(as_root))

BOOST_AUTO_TEST_CASE(roots_file_is_taken_by_an_access_list_of_the_daemons_user) {
  if (!set_list(path, readable_by(service))) {
    BOOST_TEST_MESSAGE("this file system has no access control lists");
    return;
  }
  BOOST_TEST(refusal() == "");
  BOOST_TEST(says(refusal(trust::provider::user), "owned by uid 0"));
  BOOST_REQUIRE(set_list(path, {{1, 4, no_id},
                                {2, 4, service},
                                {2, 4, stranger},
                                {4, 0, no_id},
                                {16, 4, no_id},
                                {32, 0, no_id}}));
  BOOST_TEST(says(refusal(), "read by uid 4711"));
  BOOST_REQUIRE(set_list(path, readable_by(service, 4)));  // root's group, which the user is not in
  BOOST_TEST(says(refusal(), "read by the group 0"));
}

BOOST_AUTO_TEST_CASE(roots_file_is_taken_by_a_group_of_the_daemons_user_alone) {
  BOOST_REQUIRE(chown(path.c_str(), 0, own_group) == 0);
  chmod(path.c_str(), 0440);
  BOOST_TEST(refusal() == "");
  BOOST_TEST(says(refusal(trust::provider::user), "owned by uid 0"));
  chmod(path.c_str(), 0460);
  BOOST_TEST(says(refusal(), "others can change it"));
  chmod(path.c_str(), 0444);
  BOOST_TEST(says(refusal(), "lets all users at it"));
}

BOOST_AUTO_TEST_CASE(a_group_with_other_members_is_refused) {
  // "nogroup" is the primary group of several users of every Debian.
  BOOST_REQUIRE(chown(path.c_str(), service, 65534) == 0);
  chmod(path.c_str(), 0440);
  BOOST_TEST(says(refusal(), "group 65534"));
}

BOOST_AUTO_TEST_CASE(another_users_file_is_refused) {
  BOOST_REQUIRE(chown(path.c_str(), stranger, own_group) == 0);
  chmod(path.c_str(), 0440);
  BOOST_TEST(says(refusal(), "owned by uid 4711"));
}

// A volume of secrets: name -> ..data/name, ..data -> ..2026_11_28/, in a sticky folder of root's.
BOOST_AUTO_TEST_CASE(a_volume_of_kubernetes_is_taken_wherever_it_is_named) {
  const std::string version = folder.file("..2026_11_28");
  BOOST_REQUIRE(mkdir(version.c_str(), 0750) == 0);
  BOOST_REQUIRE(chown(version.c_str(), 0, own_group) == 0);
  chmod(version.c_str(), 02775);
  BOOST_REQUIRE(rename(path.c_str(), (version + "/master.key").c_str()) == 0);
  BOOST_REQUIRE(symlink("..2026_11_28", folder.file("..data").c_str()) == 0);
  BOOST_REQUIRE(symlink("..data/master.key", path.c_str()) == 0);
  BOOST_REQUIRE(chown((version + "/master.key").c_str(), 0, own_group) == 0);
  chmod((version + "/master.key").c_str(), 0440);
  chmod(folder.path().c_str(), 01777);
  BOOST_TEST(refusal() == "");
  BOOST_TEST(refusal(trust::provider::user) == "");
  chmod((version + "/master.key").c_str(), 0444);
  BOOST_TEST(says(refusal(), "fsGroup"));
  chmod((version + "/master.key").c_str(), 0440);
  BOOST_REQUIRE(lchown(folder.file("..data").c_str(), stranger, stranger) == 0);
  BOOST_TEST(says(refusal(), "link " + folder.file("..data") + ", owned by uid 4711"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(K4_text_file, with_key)

BOOST_AUTO_TEST_CASE(a_text_may_be_read_but_not_written_by_others) {
  chmod(path.c_str(), 0644);
  BOOST_TEST(trust::read_text(path, "policy", 100)->size() == 32u);
  BOOST_TEST(!trust::read_text(folder.file("none"), "policy", 100).has_value());
  BOOST_CHECK_THROW(trust::read_text(path, "policy", 31), start_error);
  for (const mode_t mode : {0664u, 0646u}) {
    chmod(path.c_str(), mode);
    BOOST_CHECK_THROW(trust::read_text(path, "policy", 100), start_error);
    BOOST_CHECK_THROW(trust::check_file(path, "store"), start_error);
  }
  chmod(path.c_str(), 0644);
  BOOST_CHECK_NO_THROW(trust::check_file(path, "store"));
  chmod(folder.path().c_str(), 0777);
  BOOST_CHECK_THROW(trust::read_text(path, "policy", 100), start_error);
}

BOOST_AUTO_TEST_CASE(a_text_in_a_folder_of_another_user_is_refused,
                     *boost::unit_test::precondition(as_root)) {
  chmod(path.c_str(), 0644);
  BOOST_REQUIRE(chown(folder.path().c_str(), stranger, stranger) == 0);
  BOOST_CHECK_THROW(trust::read_text(path, "configuration", 100), start_error);
  BOOST_CHECK_THROW(trust::check_file(path, "store"), start_error);
  BOOST_REQUIRE(chown(folder.path().c_str(), geteuid(), getegid()) == 0);
  BOOST_REQUIRE(chown(path.c_str(), stranger, stranger) == 0);
  BOOST_CHECK_THROW(trust::read_text(path, "configuration", 100), start_error);
  BOOST_CHECK_THROW(trust::check_file(path, "store"), start_error);
}

BOOST_AUTO_TEST_SUITE_END()
