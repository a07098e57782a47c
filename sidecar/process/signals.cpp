#include "process/signals.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <string_view>

namespace coffer::process {
namespace {

volatile sig_atomic_t code_at_end = -1;
volatile sig_atomic_t hang_up_seen = 0;

// A log that nobody reads must not keep the process: what cannot be written at once is left out.
void say_last(std::string_view line) noexcept {
  pollfd standard_error{STDERR_FILENO, POLLOUT, 0};
  if (poll(&standard_error, 1, 0) == 1 && (standard_error.revents & POLLOUT) != 0)
    static_cast<void>(!write(STDERR_FILENO, line.data(), line.size()));
}

// Only functions that signal-safety(7) lists.
extern "C" void end_at_once(int signal) {
  say_last(signal == SIGINT ? "cofferd: ended by SIGINT\n" : "cofferd: ended by SIGTERM\n");
  _exit(code_at_end >= 0 ? code_at_end : 128 + signal);
}

extern "C" void note_hang_up(int) { hang_up_seen = 1; }

void handle(int signal, void (*handler)(int)) noexcept {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void take_signals() noexcept {
  handle(SIGTERM, end_at_once);
  handle(SIGINT, end_at_once);
  handle(SIGHUP, note_hang_up);
  handle(SIGPIPE, SIG_IGN);
  handle(SIGXFSZ, SIG_IGN);
  sigset_t taken;
  sigemptyset(&taken);
  for (const int one : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&taken, one);
  sigprocmask(SIG_UNBLOCK, &taken, nullptr);  // a parent may have blocked them
}

void end_with(exit_code code) noexcept { code_at_end = static_cast<int>(code); }

bool hung_up() noexcept { return hang_up_seen != 0; }

}  // namespace coffer::process
