#include "keys/trusted_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

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
      return keys::read_trusted_file(path) ? "" : "missing";
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

BOOST_FIXTURE_TEST_SUITE(K4_trusted_file, with_key)

BOOST_AUTO_TEST_CASE(a_private_file_is_read) {
  BOOST_TEST(refusal() == "");
  const auto content = keys::read_trusted_file(path);
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
