// Processes and sockets for tests of attestation.
#pragma once

#include <sys/types.h>

#include <boost/test/unit_test.hpp>
#include <chrono>

namespace coffer::tests {

/// Both ends of a connection; closed with it.
struct connected_pair {
  int accepted = -1;
  int connecting = -1;
  connected_pair(int a, int b) : accepted(a), connecting(b) {}
  ~connected_pair();
  connected_pair(const connected_pair&) = delete;
  connected_pair& operator=(const connected_pair&) = delete;
};
connected_pair connect_here();

/// The accepted end of a connection whose other end a child made, which has ended and been waited
/// for.
struct accepted_from_child {
  int socket = -1;
  pid_t pid = 0;
  accepted_from_child(int fd, pid_t child) : socket(fd), pid(child) {}
  ~accepted_from_child();
  accepted_from_child(const accepted_from_child&) = delete;
  accepted_from_child& operator=(const accepted_from_child&) = delete;
};
accepted_from_child accept_from_dead_child();

/// A child that waits until it is destroyed.
struct child_process {
  pid_t pid = 0;
  explicit child_process(pid_t child) : pid(child) {}
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
};
/// Starts one under a pid that is free (clone3(2), set_tid).
child_process start_with_pid(pid_t wanted);

/// The accepted end of a connection whose other end a child holds that was made in new namespaces
/// (flags of clone3(2); 0: none).
struct connected_child {
  int socket;
  child_process child;
  connected_child(int fd, pid_t pid) : socket(fd), child(pid) {}
  ~connected_child();
  connected_child(const connected_child&) = delete;
  connected_child& operator=(const connected_child&) = delete;
};
connected_child connect_from_child(int namespaces);

/// Whether start_with_pid() may be used here: it takes root.
boost::test_tools::assertion_result can_choose_pids(boost::unit_test::test_unit_id);

std::chrono::nanoseconds clock_tick();

}  // namespace coffer::tests
