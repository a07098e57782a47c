// P2: who is calling is what the kernel says, also when a pid comes to mean another process.
#include "net/attestation.hpp"

#include <sched.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "net/namespaces.hpp"
#include "tests/unit/net/processes.hpp"

using namespace coffer::net;
using namespace coffer::tests;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(P2_attestation)

BOOST_AUTO_TEST_CASE(unit_is_the_first_service_or_scope_of_the_unified_path) {
  BOOST_TEST(unit_of("0::/system.slice/adapter.service\n") == "adapter.service");
  BOOST_TEST(unit_of("12:cpu:/x.service\n0::/a.slice/a-b.slice/run-1.scope\n") == "run-1.scope");
  BOOST_TEST(unit_of("0::/system.slice/adapter@eu.service/child") == "adapter@eu.service");
}

BOOST_AUTO_TEST_CASE(what_a_user_calls_its_own_cgroup_is_no_unit) {
  BOOST_TEST(unit_of("0::/user.slice/user-7.slice/user@7.service/app.slice/evil.service") ==
             "user@7.service");
  BOOST_TEST(unit_of("0::/evil/system.slice/adapter.service") == "");
  BOOST_TEST(unit_of("1:name=systemd:/system.slice/adapter.service\n0::/\n") == "");
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_be_trusted_has_no_unit) {
  BOOST_TEST(unit_of("0::/../system.slice/adapter.service") == "");
  BOOST_TEST(unit_of("0::/system.slice/adapter.service (deleted)\n") == "");
  for (const char* text : {"", "\n", "0::", "0::/", "0::/system.slice", "0::/.service.slice"})
    BOOST_TEST(unit_of(text) == "");
}

BOOST_AUTO_TEST_CASE(start_time_is_read_behind_a_name_that_holds_anything) {
  const std::string numbers = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
  BOOST_TEST(start_ticks_of("7 (a) b) (c 1 2)" + numbers).value_or(0) == 4711u);
  for (const char* text : {"", "7 (a", "7 (a)", "7 (a) S 1 2 3"})
    BOOST_TEST(!start_ticks_of(text).has_value());
}

BOOST_AUTO_TEST_CASE(this_process_is_attested) {
  const connected_pair pair = connect_here();
  for (const hold_by how : {hold_by::socket, hold_by::pid}) {
    const auto found = attest(pair.accepted, true, boot_time(), how);
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(found->who.uid == getuid());
    BOOST_TEST(found->who.pid == getpid());
    BOOST_TEST(!found->who.foreign);
    BOOST_TEST(found->process.get() >= 0);
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_held_when_no_rule_asks_for_units) {
  const connected_pair pair = connect_here();
  BOOST_TEST(attest(pair.accepted, false, boot_time())->process.get() == -1);
}

BOOST_AUTO_TEST_CASE(pids_are_read_from_the_namespace_of_proc_inwards) {
  using pids = std::vector<pid_t>;
  BOOST_TEST(nested_pids("Pid:\t7\nNSpid:\t7\t3\t1\nx:\t2\n") == (pids{7, 3, 1}));
  BOOST_TEST(nested_pids("NSpid:\t7") == pids{7});
  BOOST_TEST(nested_pids("Pid:\t-1\nNSpid:\t-1\n") == pids{-1});  // it has ended
  for (const char* text : {"", "NSpid:", "Pid:\t7\n", "xNSpid:\t7\n"})
    BOOST_TEST(nested_pids(text).empty(), text);
}

// The kernel makes namespaces for root, whatever the distribution allows others.
BOOST_AUTO_TEST_CASE(a_process_of_another_user_or_pid_namespace_is_foreign,
                     *boost::unit_test::precondition(can_choose_pids)) {
  for (const int namespaces : {0, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWUSER | CLONE_NEWPID}) {
    const connected_child peer = connect_from_child(namespaces);
    for (const hold_by how : {hold_by::socket, hold_by::pid}) {
      const auto found = attest(peer.socket, false, boot_time(), how);
      BOOST_TEST_REQUIRE(found.has_value());
      BOOST_TEST(found->who.pid == peer.child.pid);
      BOOST_TEST(found->who.foreign == (namespaces != 0), namespaces);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_process_that_died_before_it_was_looked_at_has_no_unit) {
  const accepted_from_child peer = accept_from_dead_child();
  for (const hold_by how : {hold_by::socket, hold_by::pid}) {
    const auto found = attest(peer.socket, true, boot_time(), how);
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(found->who.pid == peer.pid);
    BOOST_TEST(found->who.unit == "");
    BOOST_TEST(found->who.foreign);
    BOOST_TEST(found->process.get() == -1);
  }
}

// Linux gives the pid to a new process on request of root.
BOOST_AUTO_TEST_CASE(a_pid_that_another_process_got_is_not_taken_for_the_peer,
                     *boost::unit_test::precondition(can_choose_pids)) {
  const accepted_from_child peer = accept_from_dead_child();
  const auto heard = boot_time();
  while (boot_time() < heard + 2 * clock_tick()) std::this_thread::yield();  // as start times count
  const child_process other = start_with_pid(peer.pid);
  BOOST_TEST_REQUIRE(other.pid == peer.pid);
  for (const hold_by how : {hold_by::socket, hold_by::pid}) {
    const auto found = attest(peer.socket, true, heard, how);
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(found->who.unit == "");
    BOOST_TEST(found->process.get() == -1);
  }
  // Had it been there all along, it would be the peer.
  BOOST_TEST(attest(peer.socket, true, boot_time(), hold_by::pid)->process.get() >= 0);
}

BOOST_AUTO_TEST_SUITE_END()
