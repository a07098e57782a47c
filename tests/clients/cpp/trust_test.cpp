// Who serves the socket, which socket it is, and whose the connection is after a fork.
#include <sys/stat.h>
#include <unistd.h>

#include <concepts>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "tests/clients/cpp/child.hpp"
#include "tests/clients/cpp/fake_daemon.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

constexpr uid_t stranger = 12345;

// A view of a temporary's value outlives it: such code does not compile.
template <class Secret>
concept shows_its_value = requires(Secret&& one) {
  std::forward<Secret>(one).reveal();
};
static_assert(shows_its_value<secret&> && shows_its_value<const secret&>);
static_assert(!shows_its_value<secret> && !shows_its_value<const secret>);

void serve_two(int peer) {
  greet(peer);
  for (int i = 0; i < 2; ++i)
    if (const auto id = request(peer)) say(peer, fetched(*id));
}

// Asserts that the next thing is the end, not a request.
void get_nothing(int peer) {
  greet(peer);
  BOOST_TEST(!request(peer).has_value());
}

void refuse_all(int peer) {
  greet(peer);
  while (const auto one = receive(peer)) say(peer, failed(one->code, one->id, 20, "denied"));
}

bool need_root() {
  if (geteuid() == 0) return true;
  BOOST_TEST_MESSAGE("skipped: needs root, to listen as another user");
  BOOST_TEST(!std::getenv("CI"));
  return false;
}

const std::vector<std::function<void(client&)>> sending{
    [](client& c) { c.set("cmp_a", "slack", "v"); },
    [](client& c) { c.rotate("cmp_a", "slack", "v"); },
    [](client& c) { c.token_validate("t", "cmp_a", "agt_a"); },
    [](client& c) { c.ticket_redeem("t"); },
    [](client& c) { c.require_trusted_server(); },
};

class environment {
 public:
  environment(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    value.empty() ? unsetenv(name) : setenv(name, value.c_str(), 1);
  }
  ~environment() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

bool contains(const error& said, const std::string& part) {
  return std::string(said.what()).find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(G_trusted_server)

BOOST_AUTO_TEST_CASE(a_stranger_who_serves_the_socket_gets_no_secret) {
  if (!need_root()) return;
  for (const auto& act : sending) {
    const fake_daemon daemon({get_nothing}, stranger);
    client c = daemon.connect();
    BOOST_CHECK_EXCEPTION(act(c), untrusted_server, [&](const error& said) {
      return said.name() == "untrusted_server" && contains(said, daemon.path()) &&
             contains(said, "COFFER_SERVER_UID=12345");
    });
  }
}

BOOST_AUTO_TEST_CASE(a_user_who_was_named_gets_it) {
  if (!need_root()) return;
  {
    const fake_daemon daemon({refuse_all}, stranger);
    client c({.socket = daemon.path(), .server_uid = stranger});
    BOOST_CHECK_EXCEPTION(c.set("cmp_a", "slack", "v"), error,
                          [](const error& said) { return said.name() == "denied"; });
  }
  const environment named("COFFER_SERVER_UID", "12345");
  const fake_daemon daemon({refuse_all, get_nothing}, stranger);
  {
    client c = daemon.connect();
    BOOST_CHECK_EXCEPTION(c.set("cmp_a", "slack", "v"), error,
                          [](const error& said) { return said.name() == "denied"; });
  }
  client c({.socket = daemon.path(), .server_uid = 1});  // the program's word goes first
  BOOST_CHECK_THROW(c.set("cmp_a", "slack", "v"), untrusted_server);
}

BOOST_AUTO_TEST_CASE(what_sends_no_secret_may_be_asked_of_a_stranger) {
  if (!need_root()) return;
  const fake_daemon daemon({serve_two}, stranger);
  client c = daemon.connect();
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "xoxb-1");
}

BOOST_AUTO_TEST_CASE(an_environment_that_names_no_user_is_an_error) {
  if (!need_root()) return;
  for (const char* text : {"alice", "-1", "0x0", "5 "}) {
    const environment named("COFFER_SERVER_UID", text);
    const fake_daemon daemon({get_nothing}, stranger);
    client c = daemon.connect();
    BOOST_CHECK_THROW(c.set("cmp_a", "slack", "v"), invalid_argument);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(G_fork)

// Without the check parent and child share one socket, and each takes the other's reply.
BOOST_AUTO_TEST_CASE(a_child_asks_on_a_connection_of_its_own) {
  const fake_daemon daemon({[](int peer) {
                              greet(peer);
                              const auto id = *request(peer);
                              say(peer, fetched(id, "parents"));
                              if (const auto next = request(peer))
                                say(peer, fetched(*next, "parents"));
                            },
                            [](int) {}});
  client c = daemon.connect();
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "parents");
  child forked([&] { return revealed(c.fetch("cmp_a", "slack")); });
  // The fake serves one connection at a time: the child's, the second, ends at once.
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "parents");
  c = client({.socket = daemon.path(), .at_once = false});
  BOOST_TEST(forked.said().starts_with("unavailable: the daemon at"));
}

BOOST_AUTO_TEST_CASE(a_narrowed_client_does_not_work_in_a_child) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    say(peer, narrowed(*receive(peer)));
    say(peer, fetched(*request(peer)));
  }});
  client c = daemon.connect();
  c.narrow("cmp_a", "run_7");
  child fetching([&] { return revealed(c.fetch("cmp_a", "slack")); });
  BOOST_TEST(
      fetching.said().starts_with("unavailable: the connection that was narrowed to a run "
                                  "is the parent's"));
  child giving([&] { return std::to_string(c.detach_fd()); });
  BOOST_TEST(giving.said().starts_with("unavailable: the connection that was narrowed to a run"));
  BOOST_TEST(revealed(c.fetch("cmp_a", "slack")) == "xoxb-1");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(H_right_target)

BOOST_AUTO_TEST_CASE(what_was_named_is_never_replaced) {
  const temporary_folder home;
  const environment user("HOME", home.file("")), socket("COFFER_SOCKET", "");
  const environment platform("COMPANY_AGENTS_HOME", "");
  const std::string instance = home.file("") + "/.company-agents/instances/default";
  BOOST_TEST(default_socket() == "/run/coffer/coffer.sock");
  std::filesystem::create_directories(instance);
  BOOST_TEST(default_socket() == instance + "/coffer.sock");  // also when nothing listens there
  {
    const environment named("COMPANY_AGENTS_HOME", "/named");
    BOOST_TEST(default_socket() == "/named/coffer.sock");
    BOOST_CHECK_EXCEPTION(client::connect(), unavailable, [](const error& said) {
      return contains(said, "/named/coffer.sock (No such file or directory)");
    });
    const environment also("COFFER_SOCKET", "/elsewhere");
    BOOST_TEST(default_socket() == "/elsewhere");
  }
}

BOOST_AUTO_TEST_CASE(the_error_lists_every_path) {
  if (access("/run/coffer/coffer.sock", F_OK) == 0) return;  // a daemon of this host's own
  const temporary_folder home;
  const environment user("HOME", home.file("")), socket("COFFER_SOCKET", "");
  const environment platform("COMPANY_AGENTS_HOME", "");
  BOOST_CHECK_EXCEPTION(client::connect(), unavailable, [&](const error& said) {
    return contains(said, home.file("") +
                              "/.company-agents/instances/default/coffer.sock (no such instance), "
                              "/run/coffer/coffer.sock (No such file or directory): start");
  });
}

BOOST_AUTO_TEST_CASE(who_may_not_open_the_socket_is_told_which_group_to_join) {
  if (!need_root()) return;
  const fake_daemon daemon({});
  const std::filesystem::path path = daemon.path();
  BOOST_TEST_REQUIRE(chmod(path.parent_path().c_str(), 0711) == 0);
  const auto as_stranger = [&] {
    BOOST_TEST(setresuid(stranger, stranger, stranger) == 0);
    client::connect({.socket = path});
    return std::string("connected");
  };
  BOOST_TEST_REQUIRE(chown(path.c_str(), 0, 3) == 0);
  BOOST_TEST_REQUIRE(chmod(path.c_str(), 0660) == 0);
  BOOST_TEST(child(as_stranger)
                 .said()
                 .ends_with("uid 12345 may not open " + path.string() +
                            ": join the group sys, and log in again"));
  BOOST_TEST_REQUIRE(chmod(path.c_str(), 0600) == 0);
  BOOST_TEST(child(as_stranger).said().ends_with(": only root (uid 0) may"));
}

BOOST_AUTO_TEST_CASE(a_wrong_argument_names_its_rule) {
  const fake_daemon daemon({get_nothing});
  client c = daemon.connect();
  for (const char* id : {"google/drive", "", "a b", "\x1b[31m"})
    BOOST_CHECK_EXCEPTION(c.fetch("cmp_a", id), invalid_argument, [](const error& said) {
      return std::string(said.what()) ==
             "integration must be 1 to 128 of the characters A-Z a-z 0-9 _ . : -";
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(F_one_deadline)

// The hello takes its time; the request that follows has what is left, not as much again.
BOOST_AUTO_TEST_CASE(a_client_that_connects_with_its_first_call_has_one_deadline) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    BOOST_TEST(request(peer).has_value());
    request(peer);  // until the client has gone
  }});
  client c({.socket = daemon.path(), .timeout = std::chrono::milliseconds(80), .at_once = false});
  BOOST_CHECK_THROW(c.ping(), timeout);
}

BOOST_AUTO_TEST_CASE(a_client_that_is_not_used_connects_to_nothing) {
  const fake_daemon daemon({});
  const client c({.socket = daemon.path(), .at_once = false});
}

BOOST_AUTO_TEST_SUITE_END()
