#include <fcntl.h>

#include "tests/clients/cpp/fake_daemon.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

void narrow_one(int peer) {
  greet(peer);
  const auto one = *receive(peer);
  BOOST_TEST((one.code == protocol::opcode::narrow));
  const auto fields = one.as<protocol::narrow_request>();
  BOOST_TEST(fields.company.value == "cmp_a");
  BOOST_TEST(fields.run.value == "run_7");
  say(peer, narrowed(one));
}

// Closed however a test ends: the daemon at the other end waits for that.
struct given_fd {
  int number;
  ~given_fd() { close(number); }
};

bool names_the_run(const error& said) {
  return std::string(said.what()).find("narrowed to a run") != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(R3_narrow)

BOOST_AUTO_TEST_CASE(a_narrowed_client_is_told_what_it_is_for_and_fetches) {
  const fake_daemon daemon({[](int peer) {
    narrow_one(peer);
    const auto one = *receive(peer);
    BOOST_TEST(!one.as<protocol::integration_fetch_request>().run);
    say(peer, fetched(one.id));
  }});
  client c = daemon.connect();
  const run_authority got = c.narrow("cmp_a", "run_7");
  BOOST_TEST(got.company == "cmp_a");
  BOOST_TEST(got.agent == "agt_b");
  BOOST_TEST(got.run == "run_7");
  BOOST_TEST(got.ends_at == 99u);
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "xoxb-1");
}

// That no second connection came is what the fake daemon counts.
BOOST_AUTO_TEST_CASE(a_narrowed_client_never_connects_anew) {
  const fake_daemon daemon({narrow_one});
  client c = daemon.connect();
  c.narrow("cmp_a", "run_7");
  BOOST_CHECK_EXCEPTION(c.fetch("cmp_a", "slack"), unavailable, names_the_run);
  BOOST_CHECK_EXCEPTION(c.fetch("cmp_a", "slack"), unavailable, names_the_run);
  BOOST_CHECK_EXCEPTION(c.ping(), unavailable, names_the_run);
}

BOOST_AUTO_TEST_CASE(a_stopping_daemon_is_the_end_of_a_narrowed_client) {
  const fake_daemon daemon({[](int peer) {
    narrow_one(peer);
    request(peer);
    say(peer, farewell());
  }});
  client c = daemon.connect();
  c.narrow("cmp_a", "run_7");
  BOOST_CHECK_EXCEPTION(c.fetch("cmp_a", "slack"), unavailable, names_the_run);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_opened_anew_to_be_narrowed) {
  const fake_daemon daemon({[](int peer) { greet(peer); }, narrow_one});
  client c = daemon.connect();
  BOOST_TEST(c.narrow("cmp_a", "run_7").run == "run_7");
}

BOOST_AUTO_TEST_CASE(an_unknown_outcome_counts_as_narrowed) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    request(peer);
    request(peer);  // until the client has gone
  }});
  client c = daemon.connect(std::chrono::milliseconds(50));
  BOOST_CHECK_THROW(c.narrow("cmp_a", "run_7"), timeout);
  BOOST_CHECK_EXCEPTION(c.fetch("cmp_a", "slack"), unavailable, names_the_run);
}

BOOST_AUTO_TEST_CASE(a_refusal_leaves_the_client_as_it_was) {
  const fake_daemon daemon(
      {[](int peer) {
         greet(peer);
         say(peer, failed(protocol::opcode::narrow, *request(peer), 26, "run_ended"));
       },
       [](int peer) {
         greet(peer);
         say(peer, fetched(*request(peer)));
       }});
  client c = daemon.connect();
  BOOST_CHECK_EXCEPTION(c.narrow("cmp_a", "run_7"), error,
                        [](const error& said) { return said.name() == "run_ended"; });
  BOOST_CHECK_THROW(c.detach_fd(), invalid_argument);
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "xoxb-1");
}

BOOST_AUTO_TEST_CASE(a_ticket_narrows_once) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    const auto one = *receive(peer);
    BOOST_TEST((one.code == protocol::opcode::ticket_redeem));
    const auto fields = one.as<protocol::ticket_redeem_request>();
    BOOST_TEST(protocol::as_text(fields.ticket.value) == "ctkt_1");
    say(peer, narrowed(one));
  }});
  client c = daemon.connect();
  BOOST_TEST(c.ticket_redeem("ctkt_1").run == "run_7");
  BOOST_CHECK_EXCEPTION(c.fetch("cmp_a", "slack"), unavailable, names_the_run);
}

// It may have been used: the daemon would refuse it the second time.
BOOST_AUTO_TEST_CASE(a_ticket_is_not_sent_again) {
  const fake_daemon daemon({[](int peer) { greet(peer); }});
  client c = daemon.connect();
  BOOST_CHECK_THROW(c.ticket_redeem("ctkt_1"), unavailable);
}

BOOST_AUTO_TEST_CASE(a_narrowed_connection_is_given_away_once) {
  const fake_daemon daemon({[](int peer) {
    narrow_one(peer);
    char byte = 0;
    BOOST_TEST(read(peer, &byte, 1) == 1);
    BOOST_TEST(byte == 'x');
  }});
  client c = daemon.connect();
  BOOST_CHECK_THROW(c.detach_fd(), invalid_argument);
  c.narrow("cmp_a", "run_7");
  const given_fd fd{c.detach_fd()};
  BOOST_TEST((fcntl(fd.number, F_GETFD) & FD_CLOEXEC) != 0);
  BOOST_TEST((fcntl(fd.number, F_GETFL) & O_NONBLOCK) == 0);
  BOOST_CHECK_THROW(c.detach_fd(), invalid_argument);
  BOOST_CHECK_EXCEPTION(c.ping(), unavailable, names_the_run);
  BOOST_TEST(write(fd.number, "x", 1) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
