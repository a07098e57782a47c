// P2: a socket's mode lets nobody in who cannot pass the folders above it.
#include "net/socket_reach.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/temporary_folder.hpp"

using namespace coffer;

namespace {

struct with_socket {
  tests::temporary_folder folder;
  std::string inner = folder.file("inner");
  std::string socket = inner + "/coffer.sock";
  gid_t group = getegid();

  with_socket() { BOOST_REQUIRE(mkdir(inner.c_str(), 0700) == 0); }
  void open(mode_t outer_mode, mode_t inner_mode) {
    chmod(folder.path().c_str(), outer_mode);
    chmod(inner.c_str(), inner_mode);
  }
  std::string closed(mode_t mode) const { return net::closed_folder(socket, mode, group); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(P2_socket_reach, with_socket)

BOOST_AUTO_TEST_CASE(an_owners_socket_may_be_anywhere) {
  for (const mode_t mode : {0600u, 0640u, 0644u}) BOOST_TEST(closed(mode) == "");
}

BOOST_AUTO_TEST_CASE(the_nearest_folder_that_the_group_cannot_pass_is_named) {
  BOOST_TEST(closed(0660) == inner);
  open(0700, 0710);
  BOOST_TEST(closed(0660) == folder.path());
  open(0710, 0710);
  BOOST_TEST(closed(0660) == "");
}

BOOST_AUTO_TEST_CASE(another_group_passes_as_everybody) {
  ++group;
  open(0710, 0710);
  BOOST_TEST(closed(0660) == inner);
  open(0711, 0711);
  BOOST_TEST(closed(0660) == "");
}

BOOST_AUTO_TEST_CASE(a_socket_for_everybody_needs_folders_for_everybody) {
  open(0711, 0710);
  BOOST_TEST(closed(0666) == inner);
  open(0711, 0711);
  BOOST_TEST(closed(0666) == "");
}

BOOST_AUTO_TEST_SUITE_END()
