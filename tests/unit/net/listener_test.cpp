// Several sockets in one loop, each for a kind of session.
#include "net/listener.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstring>

#include "tests/unit/net/open_sessions.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

int begun_of_other_kind = 0;

// A kind of session that says one byte and closes.
void say_one_byte(net::shared&, net::session::socket connection, net::admission, net::attested) {
  ++begun_of_other_kind;
  boost::system::error_code ignored;
  connection.send(boost::asio::buffer("x", 1), 0, ignored);
}

// A socket without a file, whose name the kernel chooses.
struct abstract_socket {
  abstract_socket() : fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    BOOST_TEST_REQUIRE(bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at.sun_family) == 0);
    size = sizeof at;
    BOOST_TEST_REQUIRE(getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    BOOST_TEST_REQUIRE(listen(fd, 8) == 0);
  }
  client connect() const {
    const int mine = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BOOST_TEST_REQUIRE(::connect(mine, reinterpret_cast<const sockaddr*>(&at), size) == 0);
    return client(mine);
  }

  sockaddr_un at{.sun_family = AF_UNIX, .sun_path = {}};
  socklen_t size = 0;
  int fd;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(P1_listeners)

BOOST_FIXTURE_TEST_CASE(each_socket_begins_its_own_kind_of_session, open_sessions) {
  const abstract_socket ours;
  const abstract_socket theirs;
  net::listener first(all(), ours.fd, net::session::begin);
  net::listener second(all(), theirs.fd, say_one_byte);
  watched([&] {
    first.start();
    second.start();
  });
  client speaks_coffer = ours.connect();
  client other = theirs.connect();
  begun_of_other_kind = 0;
  settle();
  BOOST_TEST(begun_of_other_kind == 1);
  BOOST_TEST(other.ended());
  BOOST_TEST(all().connections.size() == 1);
  BOOST_TEST(!speaks_coffer.ended());
  // Where one has stopped, the other goes on.
  watched([&] { second.stop(); });
  client another = ours.connect();
  settle();
  BOOST_TEST(all().connections.size() == 2);
  watched([&] { first.stop(); });
  settle();
}

BOOST_AUTO_TEST_SUITE_END()
