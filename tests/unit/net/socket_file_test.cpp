// The socket's file: what is there, and whose it is.
#include "net/socket_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <optional>

#include "tests/temporary_folder.hpp"

using coffer::net::socket_file;

namespace {

struct with_folder {
  coffer::tests::temporary_folder folder;
  const std::string path = folder.file("coffer.sock");

  bool is_socket() const {
    struct stat found {};
    return lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(socket_files, with_folder)

BOOST_AUTO_TEST_CASE(a_removed_one_is_noticed_and_made_again) {
  std::optional<socket_file> file;
  file.emplace(path, 0600, std::nullopt);
  BOOST_TEST(file->in_place());
  unlink(path.c_str());
  BOOST_TEST(!file->in_place());
  file.emplace(path, 0600, std::nullopt);
  BOOST_TEST(file->in_place());
}

BOOST_AUTO_TEST_CASE(a_replaced_one_is_noticed_and_the_others_file_stays) {
  std::optional<socket_file> first;
  first.emplace(path, 0600, std::nullopt);
  unlink(path.c_str());
  const socket_file second(path, 0600, std::nullopt);
  BOOST_TEST(!first->in_place());
  BOOST_TEST(second.in_place());
  first.reset();
  BOOST_TEST(second.in_place());
}

BOOST_AUTO_TEST_CASE(a_file_in_its_place_is_noticed) {
  const socket_file file(path, 0600, std::nullopt);
  unlink(path.c_str());
  std::ofstream(path) << "not a socket";
  BOOST_TEST(!file.in_place());
}

BOOST_AUTO_TEST_CASE(it_goes_with_its_object) {
  std::optional<socket_file> file;
  file.emplace(path, 0600, std::nullopt);
  BOOST_TEST(is_socket());
  file.reset();
  BOOST_TEST(!is_socket());
}

BOOST_AUTO_TEST_SUITE_END()
