// F: SIGTERM is heard from the first instant, whatever a parent blocked; SIGPIPE and SIGXFSZ are
// errors of a call.
#include "process/signals.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cerrno>

using namespace coffer;

namespace {

// How a child ends that does this.
template <class Work>
int status_of(Work&& work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  int status = 0;
  BOOST_TEST_REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

void silence() { dup2(open("/dev/null", O_WRONLY), STDERR_FILENO); }

}  // namespace

BOOST_AUTO_TEST_SUITE(F_signals)

BOOST_AUTO_TEST_CASE(the_process_ends_with_the_code_that_it_named) {
  for (const int which : {SIGTERM, SIGINT}) {
    const int unnamed = status_of([&] {
      silence();
      process::take_signals();
      raise(which);
    });
    BOOST_TEST((WIFEXITED(unnamed) && WEXITSTATUS(unnamed) == 128 + which));
    const int named = status_of([&] {
      silence();
      process::take_signals();
      process::end_with(exit_code::temporary);
      raise(which);
    });
    BOOST_TEST((WIFEXITED(named) && WEXITSTATUS(named) == 75));
  }
}

BOOST_AUTO_TEST_CASE(a_parent_that_blocked_or_ignored_it_does_not_matter) {
  const int status = status_of([] {
    silence();
    signal(SIGTERM, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    process::take_signals();
    raise(SIGTERM);
  });
  BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGTERM));
}

BOOST_AUTO_TEST_CASE(a_log_that_is_not_read_does_not_hold_it) {
  const int status = status_of([] {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_NONBLOCK) != 0) _exit(1);
    const std::array<char, 4096> filling{};
    while (write(ends[1], filling.data(), filling.size()) > 0) {}
    fcntl(ends[1], F_SETFL, 0);
    dup2(ends[1], STDERR_FILENO);
    process::take_signals();
    raise(SIGTERM);
  });
  BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGTERM));
}

BOOST_AUTO_TEST_CASE(a_hang_up_is_noted) {
  const int status = status_of([] {
    process::take_signals();
    if (process::hung_up()) _exit(1);
    raise(SIGHUP);
    _exit(process::hung_up() ? 0 : 2);
  });
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(a_write_past_a_limit_or_without_a_reader_is_an_error) {
  const int status = status_of([] {
    process::take_signals();
    rlimit none{0, 0};
    setrlimit(RLIMIT_FSIZE, &none);
    FILE* const file = tmpfile();
    if (write(fileno(file), "x", 1) >= 0 || errno != EFBIG) _exit(1);
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) _exit(2);
    close(ends[0]);
    if (write(ends[1], "x", 1) >= 0 || errno != EPIPE) _exit(3);
  });
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
