// A rename that replaces nothing; the file system's answer to its flag is tried in the integration
// ring.
#include "process/rename_new.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/temporary_folder.hpp"

using namespace coffer;

BOOST_AUTO_TEST_SUITE(F_rename_new)

BOOST_AUTO_TEST_CASE(a_free_name_is_taken_and_a_taken_one_is_kept) {
  const tests::temporary_folder folder;
  const std::string from = folder.file("from"), to = folder.file("to");
  std::ofstream(from) << "new";
  BOOST_TEST(process::rename_new(from, to));
  BOOST_TEST(!std::filesystem::exists(from));
  std::ofstream(from) << "newer";
  BOOST_TEST(!process::rename_new(from, to));
  BOOST_TEST(errno == EEXIST);
  std::ifstream kept(to);
  BOOST_TEST(std::string(std::istreambuf_iterator<char>(kept), {}) == "new");
  BOOST_TEST(!process::rename_new(folder.file("none"), folder.file("other")));
  BOOST_TEST(errno == ENOENT);
}

BOOST_AUTO_TEST_SUITE_END()
