#include "tests/unit/net/processes.hpp"

#include <linux/sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>

namespace coffer::tests {
namespace {

int require(int result, const char* what) {
  if (result < 0) throw std::runtime_error(std::string(what) + ": " + strerror(errno));
  return result;
}

// An abstract address, chosen by the kernel: nothing to remove.
int listening() {
  const int fd = require(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_un any{.sun_family = AF_UNIX, .sun_path = {}};
  require(bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof any.sun_family), "bind");
  require(listen(fd, 8), "listen");
  return fd;
}

int connect_to(int listener) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  require(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  const int fd = require(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  require(connect(fd, reinterpret_cast<sockaddr*>(&address), size), "connect");
  return fd;
}

int accept_one(int listener) {
  const int fd = require(accept(listener, nullptr, nullptr), "accept");
  close(listener);
  return fd;
}

pid_t clone_with_pid(pid_t wanted) {
  std::array<pid_t, 1> pids{wanted};
  clone_args how{};
  how.exit_signal = SIGCHLD;
  how.set_tid = reinterpret_cast<std::uint64_t>(pids.data());
  how.set_tid_size = pids.size();
  return static_cast<pid_t>(syscall(SYS_clone3, &how, sizeof how));
}

}  // namespace

connected_pair::~connected_pair() {
  close(accepted);
  close(connecting);
}

connected_pair connect_here() {
  const int listener = listening();
  const int mine = connect_to(listener);
  return {accept_one(listener), mine};
}

accepted_from_child::~accepted_from_child() { close(socket); }

accepted_from_child accept_from_dead_child() {
  const int listener = listening();
  const pid_t child = require(fork(), "fork");
  if (child == 0) {
    connect_to(listener);
    _exit(0);
  }
  require(waitpid(child, nullptr, 0), "waitpid");
  return {accept_one(listener), child};
}

child_process::~child_process() {
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
}

child_process start_with_pid(pid_t wanted) {
  const pid_t child = require(clone_with_pid(wanted), "clone3");
  if (child != 0) return child_process(child);
  pause();
  _exit(0);
}

connected_child::~connected_child() { close(socket); }

connected_child connect_from_child(int namespaces) {
  const int listener = listening();
  clone_args how{};
  how.flags = static_cast<std::uint64_t>(namespaces);
  how.exit_signal = SIGCHLD;
  const auto child = static_cast<pid_t>(
      require(static_cast<int>(syscall(SYS_clone3, &how, sizeof how)), "clone3"));
  if (child == 0) {
    connect_to(listener);
    pause();
    _exit(0);
  }
  return {accept_one(listener), child};
}

boost::test_tools::assertion_result can_choose_pids(boost::unit_test::test_unit_id) {
  if (geteuid() == 0) return true;
  boost::test_tools::assertion_result no(false);
  no.message() << "choosing a pid takes root";
  return no;
}

std::chrono::nanoseconds clock_tick() {
  return std::chrono::nanoseconds(std::chrono::seconds(1)) / sysconf(_SC_CLK_TCK);
}

}  // namespace coffer::tests
