#include "coffer/client.hpp"

#include <filesystem>

#include "tests/clients/cpp/fake_daemon.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

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
    for (const char byte : fetched(*request(peer))) say(peer, {&byte, 1});
    say(peer, fetched(*request(peer), std::string(65'536, 'v')));
  }});
  client c = daemon.connect();
  const secret small = c.fetch("cmp_a", "slack");
  BOOST_TEST(small.reveal() == "xoxb-1");
  BOOST_TEST(small.version() == 5u);
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")).size() == 65'536u);
}

BOOST_AUTO_TEST_CASE(a_broken_idle_connection_is_opened_anew_for_reads_only) {
  const fake_daemon daemon({serve_once, serve_once, [](int peer) { greet(peer); }});
  client c = daemon.connect();
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "xoxb-1");
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "xoxb-1");
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
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "xoxb-1");
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

BOOST_AUTO_TEST_CASE(a_reply_past_the_limit_is_not_waited_for) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    request(peer);
    say(peer, std::string("\x00\x10\x00\x00", 4));  // 1 MiB + 3 with the length itself
    request(peer);                                  // until the client has gone
  }});
  client c = daemon.connect();
  BOOST_CHECK_EXCEPTION(c.fetch("cmp_a", "slack"), protocol_error, [](const error& said) {
    return std::string(said.what()).find("frame_too_large") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(an_error_reply_keeps_its_code_and_the_connection) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    say(peer, failed(protocol::opcode::integration_fetch, *request(peer), 999, "from_the_future"));
    say(peer, fetched(*request(peer)));
  }});
  client c = daemon.connect();
  BOOST_CHECK_EXCEPTION(c.fetch("cmp_a", "slack"), error, [&](const error& said) {
    return said.code() == 999 && said.name() == "from_the_future" &&
           said.what() == "do this (the daemon at " + daemon.path() + ")";
  });
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "xoxb-1");
}

BOOST_AUTO_TEST_CASE(an_error_for_another_request_is_no_answer) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    say(peer, failed(protocol::opcode::integration_fetch, *request(peer) + 1, 21, "not_found"));
  }});
  client c = daemon.connect();
  BOOST_CHECK_THROW(c.fetch("cmp_a", "slack"), protocol_error);
}

BOOST_AUTO_TEST_CASE(a_greeting_that_fails_leaves_no_descriptor_behind) {
  const auto open_files = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  for (const fake_daemon::script& script : std::vector<fake_daemon::script>{
           [](int peer) {
             say(peer, failed(protocol::opcode::hello, *request(peer), 10, "unsupported_version"));
           },
           [](int peer) { say(peer, failed(protocol::opcode{0}, 0, 30, "too_many_connections")); },
           [](int peer) { greet(peer, 2); }, [](int) {}}) {
    auto before = open_files();
    {
      const fake_daemon daemon({script});
      BOOST_CHECK_THROW(daemon.connect(), error);
    }
    BOOST_TEST(open_files() == before);
  }
}

BOOST_AUTO_TEST_CASE(no_answer_in_time) {
  const fake_daemon daemon({[](int peer) {
                              greet(peer);
                              const auto id = *request(peer);
                              if (request(peer)) say(peer, fetched(id));  // too late
                            },
                            serve_once});
  client c = daemon.connect(std::chrono::milliseconds(50));
  BOOST_CHECK_THROW(c.fetch("cmp_a", "slack"), timeout);
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "xoxb-1");  // on a connection of its own
}

BOOST_AUTO_TEST_CASE(an_answer_that_trickles_in_is_too_late) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    const std::string endless = fetched(*request(peer), std::string(65'536, 'v'));
    for (std::size_t at = 0; at < endless.size() && say(peer, {endless.data() + at, 1}); ++at)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }});
  client c = daemon.connect(std::chrono::milliseconds(100));
  BOOST_CHECK_THROW(c.fetch("cmp_a", "slack"), timeout);
}

BOOST_AUTO_TEST_CASE(nobody_accepts_in_time) {
  const fake_daemon daemon({});
  std::vector<int> waiting;
  for (bool full = false; !full;) {
    waiting.push_back(daemon.knock());
    full = waiting.back() < 0;
  }
  BOOST_CHECK_THROW(daemon.connect(std::chrono::milliseconds(50)), timeout);
  for (const int one : waiting) close(one);
}

BOOST_AUTO_TEST_CASE(wrong_arguments_are_not_sent) {
  const fake_daemon daemon({serve});
  client c = daemon.connect();
  BOOST_CHECK_THROW(c.fetch("cmp a", "slack"), invalid_argument);
  BOOST_CHECK_THROW(c.fetch("", "slack"), invalid_argument);
  BOOST_CHECK_THROW(c.set("cmp_a", "slack", ""), invalid_argument);
  BOOST_CHECK_THROW(c.set("cmp_a", "slack", std::string(65'537, 'v')), invalid_argument);
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "xoxb-1");
}

BOOST_AUTO_TEST_CASE(nobody_there) {
  BOOST_CHECK_THROW(client::connect({.socket = "/nonexistent/socket"}), unavailable);
  BOOST_CHECK_THROW(client::connect({.socket = std::string(200, 'x')}), invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
