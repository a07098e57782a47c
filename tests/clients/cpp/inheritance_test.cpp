#include <fcntl.h>

#include "tests/clients/cpp/child.hpp"
#include "tests/clients/cpp/fake_daemon.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

void hand_over(const char* variable, int fd) { setenv(variable, std::to_string(fd).c_str(), 1); }

// What a child says that is handed one end of a pair, while the test is the daemon on the other.
std::string inherit(const std::function<std::string()>& act,
                    const std::function<void(int peer)>& daemon, int type = SOCK_STREAM) {
  socket_pair ends(type);
  child adapter([&] {
    ends.close_daemons();
    hand_over("COFFER_FD", ends.childs());
    return act();
  });
  ends.close_childs();
  daemon(ends.daemons());
  ends.close_daemons();
  return adapter.said();
}

void pong(int peer) {
  const auto one = receive(peer);
  BOOST_TEST_REQUIRE(one.has_value());
  BOOST_TEST((one->code == protocol::opcode::ping));
  say(peer, frame(protocol::opcode::ping, one->id, protocol::ping_reply{}));
}

std::string fetch_one(client& c) { return revealed(c.fetch("cmp_a", "slack")); }

std::string connect_and_fetch() {
  client c = client::connect({.timeout = std::chrono::seconds(10)});
  return fetch_one(c);
}

// What a connect() says when a variable has this text.
std::string refused(const char* variable, const std::string& text) {
  return child([&]() -> std::string {
           setenv(variable, text.c_str(), 1);
           std::string first, second;
           for (std::string* said : {&first, &second}) try {
               client::connect();
               return "connected";
             } catch (const error& failed) { *said = failed.name() + ": " + failed.what(); }
           return first == second ? first : "first \"" + first + "\", then \"" + second + '"';
         })
      .said();
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A daemon that redeems one ticket and serves the fetches behind it.
fake_daemon::script redeem(std::string_view ticket) {
  return [ticket](int peer) {
    greet(peer);
    const auto one = *receive(peer);
    BOOST_TEST((one.code == protocol::opcode::ticket_redeem));
    BOOST_TEST(protocol::as_text(one.as<protocol::ticket_redeem_request>().ticket.value) == ticket);
    say(peer, narrowed(one));
    while (const auto next = request(peer)) say(peer, fetched(*next));
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(R3_inheritance)

BOOST_AUTO_TEST_CASE(an_inherited_connection_is_picked_up_without_a_hello) {
  const auto said = inherit(connect_and_fetch, [](int peer) {
    pong(peer);
    say(peer, fetched(*request(peer)));
  });
  BOOST_TEST(said == "xoxb-1");
}

BOOST_AUTO_TEST_CASE(what_was_inherited_goes_no_further) {
  const auto said = inherit(
      [] {
        const int fd = std::atoi(std::getenv("COFFER_FD"));
        setenv("COFFER_TICKET_FD", "0", 1);
        client c = client::connect();
        const bool closed_on_exec = (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
        const bool unset = !std::getenv("COFFER_FD") && !std::getenv("COFFER_TICKET_FD");
        return std::string(closed_on_exec ? "cloexec " : "") + (unset ? "unset" : "");
      },
      pong);
  BOOST_TEST(said == "cloexec unset");
}

BOOST_AUTO_TEST_CASE(an_inherited_connection_that_ends_is_not_replaced) {
  const auto said = inherit(connect_and_fetch, pong);
  BOOST_TEST(holds(said, "unavailable: "));
  BOOST_TEST(holds(said, "narrowed to a run"));
}

BOOST_AUTO_TEST_CASE(a_second_client_does_not_fall_back_to_the_socket) {
  const auto said = inherit(
      [] {
        client c = client::connect();
        return connect_and_fetch();
      },
      pong);
  BOOST_TEST(holds(said, "taken by an earlier client"));
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_named_is_taken_at_its_word) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    say(peer, fetched(*request(peer)));
  }});
  const auto said = inherit(
      [&] {
        client c = daemon.connect();
        return fetch_one(c) + (std::getenv("COFFER_FD") ? ", and still there" : "");
      },
      [](int) {});
  BOOST_TEST(said == "xoxb-1, and still there");
}

BOOST_AUTO_TEST_CASE(a_connection_that_nobody_greeted_is_refused) {
  const auto said = inherit(connect_and_fetch, [](int peer) {
    say(peer, failed(protocol::opcode::ping, *request(peer), 11, "hello_expected"));
  });
  BOOST_TEST(holds(said, "invalid_field: COFFER_FD"));
  BOOST_TEST(holds(said, "narrow it to a run"));
}

BOOST_AUTO_TEST_CASE(a_reply_to_somebody_before_is_no_reply) {
  const auto said = inherit(connect_and_fetch, [](int peer) {
    const auto one = *receive(peer);
    say(peer, frame(protocol::opcode::ping, 1, protocol::ping_reply{}));
    BOOST_TEST(one.id != 1u);  // one in four milliards
  });
  BOOST_TEST(holds(said, "belongs to another request"));
}

BOOST_AUTO_TEST_CASE(a_descriptor_of_another_kind_is_refused) {
  for (const int type : {SOCK_DGRAM, SOCK_SEQPACKET})
    BOOST_TEST(holds(inherit(
                         connect_and_fetch, [](int) {}, type),
                     "no connected Unix stream"));
  const int unconnected = socket(AF_UNIX, SOCK_STREAM, 0),
            internet = socket(AF_INET, SOCK_STREAM, 0);
  const filled_pipe pipe("");
  for (const int fd : {unconnected, internet, pipe.reading()})
    BOOST_TEST(holds(refused("COFFER_FD", std::to_string(fd)), "no connected Unix stream"));
  close(unconnected);
  close(internet);
}

BOOST_AUTO_TEST_CASE(a_variable_that_names_nothing_fails_as_clearly_each_time) {
  for (const char* variable : {"COFFER_FD", "COFFER_TICKET_FD"}) {
    for (const char* text : {"", " 3", "3 ", "-1", "x", "99999999999", "0x3"})
      BOOST_TEST(refused(variable, text) == std::string("invalid_field: ") + variable +
                                                " must be the number of an inherited descriptor");
    BOOST_TEST(holds(refused(variable, "1000000"), "not open here"));
  }
}

BOOST_AUTO_TEST_CASE(a_ticket_in_the_variable_itself_is_not_repeated) {
  for (const char* variable : {"COFFER_FD", "COFFER_TICKET_FD"})
    BOOST_TEST(!holds(refused(variable, "ctkt_canary"), "canary"));
}

BOOST_AUTO_TEST_CASE(a_ticket_is_read_and_redeemed) {
  for (const char* text : {"ctkt_1", "ctkt_1\n", "ctkt_1\nmore"}) {
    const fake_daemon daemon({redeem("ctkt_1")});
    const filled_pipe source(text, true);
    // A pipe that stays open has an end of the ticket only with a newline.
    const bool ended = std::string_view(text).find('\n') != std::string_view::npos;
    const filled_pipe closed(text);
    child adapter([&] {
      setenv("COFFER_SOCKET", daemon.path().c_str(), 1);
      hand_over("COFFER_TICKET_FD", ended ? source.reading() : closed.reading());
      const std::string value = connect_and_fetch();
      return value + (std::getenv("COFFER_TICKET_FD") ? ", still named" : "");
    });
    BOOST_TEST(adapter.said() == "xoxb-1");
  }
}

BOOST_AUTO_TEST_CASE(the_tickets_descriptor_is_closed_but_standard_input_stays_one) {
  const fake_daemon daemon({redeem("ctkt_1"), redeem("ctkt_1")});
  const filled_pipe source("ctkt_1\n"), other("ctkt_1\nmore");
  child adapter([&] {
    setenv("COFFER_SOCKET", daemon.path().c_str(), 1);
    hand_over("COFFER_TICKET_FD", source.reading());
    connect_and_fetch();
    return std::string(fcntl(source.reading(), F_GETFD) < 0 ? "closed" : "open");
  });
  BOOST_TEST(adapter.said() == "closed");
  child from_input([&] {
    setenv("COFFER_SOCKET", daemon.path().c_str(), 1);
    dup2(other.reading(), 0);
    hand_over("COFFER_TICKET_FD", 0);
    connect_and_fetch();
    char byte = 0;
    return "read " + std::to_string(read(0, &byte, 1));
  });
  BOOST_TEST(from_input.said() == "read 0");
}

BOOST_AUTO_TEST_CASE(a_ticket_that_is_refused_leaves_no_wider_client) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    say(peer, failed(protocol::opcode::ticket_redeem, *request(peer), 27, "invalid_ticket"));
  }});
  const filled_pipe source("ctkt_canary\n");
  child adapter([&] {
    setenv("COFFER_SOCKET", daemon.path().c_str(), 1);
    hand_over("COFFER_TICKET_FD", source.reading());
    std::string out;
    for (int i = 0; i < 2; ++i) try {
        connect_and_fetch();
      } catch (const error& failed) { out += failed.name() + ' '; }
    return out;
  });
  BOOST_TEST(adapter.said() == "invalid_ticket unavailable ");
}

BOOST_AUTO_TEST_CASE(what_is_no_ticket_is_not_sent) {
  const filled_pipe empty(""), line("\n"), endless(std::string(300, 'x'));
  for (const filled_pipe* one : {&empty, &line, &endless}) {
    child adapter([&] {
      hand_over("COFFER_TICKET_FD", one->reading());
      return connect_and_fetch();
    });
    const std::string said = adapter.said();
    BOOST_TEST(holds(said, one == &endless ? "more than a ticket" : "empty ticket"));
  }
}

BOOST_AUTO_TEST_CASE(a_ticket_that_does_not_come_is_not_waited_for) {
  const filled_pipe source("ctkt_", true);
  BOOST_TEST(
      holds(refused("COFFER_TICKET_FD", std::to_string(source.writing())), "cannot be read"));
  child adapter([&] {
    hand_over("COFFER_TICKET_FD", source.reading());
    client::connect({.timeout = std::chrono::milliseconds(50)});
    return std::string("connected");
  });
  BOOST_TEST(holds(adapter.said(), "timeout: COFFER_TICKET_FD"));
}

BOOST_AUTO_TEST_SUITE_END()
