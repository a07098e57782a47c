// P2: a request is judged by the rights in force when it runs; a unit's right needs its process.
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/unit/net/open_sessions.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

const std::string by_unit =
    "[[rule]]\nname = \"unit\"\nunits = [\"x.service\"]\nroles = [\"admin\"]\n";
const std::string of_others = "[[rule]]\nname = \"other\"\nusers = [5002]\nroles = [\"admin\"]\n";

// A process that does nothing until it is killed.
struct idle_process {
  idle_process() : pid(fork()) {
    if (pid == 0)
      for (;;) pause();
    handle = net::process_handle(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  }
  ~idle_process() { end(); }
  void end() {
    if (pid <= 0) return;
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    pid = 0;
  }

  pid_t pid;
  net::process_handle handle;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rights, open_sessions)

BOOST_AUTO_TEST_CASE(
    P2_a_request_that_waits_for_a_worker_loses_the_right_that_a_reload_takes_away) {
  client one = greeted(admin);
  hold_worker();
  one.send(set_frame(5, "slack", "v"));
  settle();
  reload(of_others);
  release_worker();
  settle();
  BOOST_TEST((one.hear() == std::vector{heard{"denied", 0x10, 5}}));
}

BOOST_AUTO_TEST_CASE(P2_and_one_keeps_the_right_that_it_leaves) {
  client one = greeted(other_admin);
  hold_worker();
  one.send(set_frame(5, "slack", "v"));
  settle();
  reload(of_others);
  release_worker();
  settle();
  BOOST_TEST((one.hear() == std::vector{heard{"reply", 0x10, 5}}));
}

BOOST_AUTO_TEST_CASE(P2_a_reload_gives_nothing_by_the_unit_of_a_process_that_has_ended) {
  for (const bool noticed_before : {false, true}) {
    reload(policy);
    idle_process process;
    client one = connect(admin, "x.service", std::move(process.handle));
    one.send(hello_frame());
    settle();
    BOOST_TEST_REQUIRE((one.hear() == std::vector{heard{"reply", 0x01, 1}}));
    process.end();
    if (noticed_before) settle();
    reload(by_unit);
    one.send(ping_frame(6));
    settle();
    BOOST_TEST((one.hear() == std::vector{heard{"denied", 0x02, 6}}));
  }
}

BOOST_AUTO_TEST_CASE(P2_a_reload_gives_what_the_unit_of_a_living_process_may) {
  idle_process process;
  client one = connect(admin, "x.service", std::move(process.handle));
  one.send(hello_frame());
  settle();
  reload(by_unit);
  one.send(ping_frame(6));
  settle();
  BOOST_TEST((one.hear() == std::vector{heard{"reply", 0x01, 1}, heard{"reply", 0x02, 6}}));
}

BOOST_AUTO_TEST_SUITE_END()
