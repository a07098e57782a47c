#include "coffer/client.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <concepts>
#include <cstring>
#include <functional>
#include <ostream>
#include <thread>

#include "protocol/messages.hpp"
#include "protocol/writer.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffer;

namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::copy_constructible<secret>);
static_assert(!std::equality_comparable<secret>);
static_assert(!printable<secret>);
static_assert(std::is_nothrow_move_constructible_v<secret>);

// A daemon that gives each connection to the next script.
class fake_daemon {
 public:
  using script = std::function<void(int peer)>;

  explicit fake_daemon(std::vector<script> scripts) : path_(folder_.file("s")) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    door_ = socket(AF_UNIX, SOCK_STREAM, 0);
    BOOST_TEST_REQUIRE(bind(door_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    BOOST_TEST_REQUIRE(listen(door_, 8) == 0);
    thread_ = std::thread([this, scripts = std::move(scripts)] {
      for (const script& one : scripts) {
        const int peer = accept(door_, nullptr, nullptr);
        if (peer < 0) return;  // the test is over
        one(peer);
        close(peer);
      }
    });
  }
  ~fake_daemon() {
    shutdown(door_, SHUT_RDWR);
    thread_.join();
    close(door_);
  }
  fake_daemon(const fake_daemon&) = delete;
  fake_daemon& operator=(const fake_daemon&) = delete;

  client connect(std::chrono::milliseconds timeout = std::chrono::seconds(10)) const {
    return client({.socket = path_, .timeout = timeout});
  }

 private:
  tests::temporary_folder folder_;
  std::string path_;
  int door_ = -1;
  std::thread thread_;
};

// The id of the next request; nullopt at the end. Small requests arrive in one piece here.
std::optional<std::uint32_t> request(int peer) {
  std::byte bytes[4096];
  const ssize_t got = read(peer, bytes, sizeof bytes);
  if (got < 12) return std::nullopt;
  return protocol::load_u32(bytes + 8);
}

template <class Message>
std::string frame(protocol::opcode code, std::uint32_t id, const Message& message,
                  std::uint8_t flags = protocol::flag_reply) {
  std::string out(70'000, '\0');
  out.resize(protocol::encode_message(message, static_cast<std::uint8_t>(code), flags, id,
                                      std::as_writable_bytes(std::span(out))));
  return out;
}

void say(int peer, const std::string& bytes, bool one_by_one = false) {
  const std::size_t step = one_by_one ? 1 : bytes.size();
  for (std::size_t at = 0; at < bytes.size(); at += step)
    BOOST_TEST_REQUIRE(write(peer, bytes.data() + at, step) == static_cast<ssize_t>(step));
}

void greet(int peer) {
  const auto id = request(peer);
  say(peer,
      frame(protocol::opcode::hello, *id, protocol::hello_reply{.version = 1, .server = {"f"}}));
}

std::string fetched(std::uint32_t id, std::string_view value = "xoxb-1") {
  protocol::integration_fetch_reply reply;
  reply.value = {std::as_bytes(std::span(value))};
  reply.version = 5;
  return frame(protocol::opcode::integration_fetch, id, reply);
}

std::string farewell() {
  constexpr std::uint8_t flags = protocol::flag_reply | protocol::flag_error;
  return frame(protocol::opcode{0}, 0, protocol::error_reply{34, {"shutting_down"}, {"bye"}},
               flags);
}

void serve(int peer) {
  greet(peer);
  while (const auto id = request(peer)) say(peer, fetched(*id));
}

void serve_once(int peer) {
  greet(peer);
  say(peer, fetched(*request(peer)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(C1_client)

BOOST_AUTO_TEST_CASE(fetches_a_value_in_pieces_or_at_once) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    say(peer, fetched(*request(peer)), true);
    say(peer, fetched(*request(peer), std::string(65'536, 'v')));
  }});
  client c = daemon.connect();
  const secret small = c.fetch("cmp_a", "slack");
  BOOST_TEST(small.reveal() == "xoxb-1");
  BOOST_TEST(small.version == 5u);
  BOOST_TEST(c.fetch("cmp_a", "slack").reveal().size() == 65'536u);
}

BOOST_AUTO_TEST_CASE(a_broken_idle_connection_is_opened_anew_for_reads_only) {
  const fake_daemon daemon({serve_once, serve_once, [](int peer) { greet(peer); }});
  client c = daemon.connect();
  BOOST_TEST(c.fetch("cmp_a", "slack").reveal() == "xoxb-1");
  BOOST_TEST(c.fetch("cmp_a", "slack").reveal() == "xoxb-1");
  BOOST_CHECK_THROW(c.rotate("cmp_a", "slack", "x"), unavailable);
  BOOST_CHECK_THROW(c.ping(), unavailable);  // the third connection ends, too
}

BOOST_AUTO_TEST_CASE(the_daemons_last_word_means_try_again_elsewhere) {
  const fake_daemon daemon(
      {[](int peer) {
         greet(peer);
         say(peer, fetched(*request(peer)) + farewell());
       },
       [](int peer) {
         greet(peer);
         request(peer);
         say(peer, farewell());
       },
       [](int peer) {
         greet(peer);
         const auto id = request(peer);
         say(peer, frame(protocol::opcode::integration_delete, *id, protocol::empty_message{}));
       }});
  client c = daemon.connect();
  BOOST_TEST(c.fetch("cmp_a", "slack").reveal() == "xoxb-1");
  c.remove("cmp_a", "slack");  // was not read by the second daemon, so the third one has it
}

BOOST_AUTO_TEST_CASE(what_is_no_reply_is_refused) {
  for (const auto& answer : std::vector<std::function<std::string(std::uint32_t)>>{
           [](auto id) { return fetched(id + 1); },
           [](auto id) { return fetched(id) + fetched(id); },
           [](auto id) { return frame(protocol::opcode::ping, id, protocol::empty_message{}); },
           [](auto id) {
             return frame(protocol::opcode::integration_fetch, id, protocol::empty_message{});
           },
           [](auto) { return std::string("HTTP/1.1 400 Bad Request\r\n"); }}) {
    const fake_daemon daemon({[&](int peer) {
      greet(peer);
      say(peer, answer(*request(peer)));
    }});
    client c = daemon.connect();
    BOOST_CHECK_THROW(c.fetch("cmp_a", "slack"), protocol_error);
  }
}

BOOST_AUTO_TEST_CASE(an_error_reply_keeps_its_code) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    constexpr std::uint8_t flags = protocol::flag_reply | protocol::flag_error;
    say(peer, frame(protocol::opcode::integration_fetch, *request(peer),
                    protocol::error_reply{999, {"from_the_future"}, {"do this"}}, flags));
  }});
  client c = daemon.connect();
  BOOST_CHECK_EXCEPTION(c.fetch("cmp_a", "slack"), error, [](const error& said) {
    return said.code() == 999 && said.name() == "from_the_future" &&
           std::string(said.what()) == "do this";
  });
}

BOOST_AUTO_TEST_CASE(no_answer_in_time) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    request(peer);
    request(peer);  // until the client has gone
  }});
  client c = daemon.connect(std::chrono::milliseconds(50));
  BOOST_CHECK_THROW(c.fetch("cmp_a", "slack"), timeout);
}

BOOST_AUTO_TEST_CASE(wrong_arguments_are_not_sent) {
  const fake_daemon daemon({serve});
  client c = daemon.connect();
  BOOST_CHECK_THROW(c.fetch("cmp a", "slack"), invalid_argument);
  BOOST_CHECK_THROW(c.fetch("", "slack"), invalid_argument);
  BOOST_CHECK_THROW(c.set("cmp_a", "slack", ""), invalid_argument);
  BOOST_CHECK_THROW(c.set("cmp_a", "slack", std::string(65'537, 'v')), invalid_argument);
  BOOST_TEST(c.fetch("cmp_a", "slack").reveal() == "xoxb-1");
}

BOOST_AUTO_TEST_CASE(nobody_there) {
  BOOST_CHECK_THROW(client({.socket = "/nonexistent/socket"}), unavailable);
  BOOST_CHECK_THROW(client({.socket = std::string(200, 'x')}), invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
