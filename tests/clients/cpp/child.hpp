// A process of its own: what is handed over is had once in a process, so each test has a new one.
#pragma once

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <functional>
#include <string>
#include <typeinfo>

#include "coffer/error.hpp"

namespace coffer::tests {

/// Forks; the child does something and says what came of it. Where it would connect by itself there
/// is no daemon, so that falling back to the socket shows.
class child {
 public:
  explicit child(const std::function<std::string()>& act) {
    int ends[2];
    BOOST_TEST_REQUIRE(pipe(ends) == 0);
    pid_ = fork();
    BOOST_TEST_REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      setenv("COFFER_SOCKET", "/nonexistent/socket", 1);
      const std::string said = outcome_of(act);
      _exit(write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 1);
    }
    close(ends[1]);
    source_ = ends[0];
  }
  ~child() {
    if (source_ >= 0) said();
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  /// What the action returned; of an exception its name and text. Waits for the child's end.
  std::string said() {
    std::string out;
    char part[1024];
    for (ssize_t got; (got = read(source_, part, sizeof part)) > 0;)
      out.append(part, static_cast<std::size_t>(got));
    close(source_);
    source_ = -1;
    int status = -1;
    waitpid(pid_, &status, 0);
    BOOST_TEST(status == 0);
    return out;
  }

 private:
  static std::string outcome_of(const std::function<std::string()>& act) {
    try {
      return act();
    } catch (const error& failed) {
      return failed.name() + ": " + failed.what();
    } catch (const std::exception& failed) {
      return std::string("std::exception: ") + failed.what();
    }
  }

  pid_t pid_ = -1;
  int source_ = -1;
};

/// Two connected sockets: one is for the child to inherit, on the other the test is the daemon.
class socket_pair {
 public:
  explicit socket_pair(int type = SOCK_STREAM) {
    int ends[2];
    BOOST_TEST_REQUIRE(socketpair(AF_UNIX, type, 0, ends) == 0);
    childs_ = ends[0];
    daemons_ = ends[1];
  }
  ~socket_pair() {
    close_childs();
    close_daemons();
  }
  socket_pair(const socket_pair&) = delete;
  socket_pair& operator=(const socket_pair&) = delete;

  int childs() const { return childs_; }
  int daemons() const { return daemons_; }
  /// In the test, once the child has started.
  void close_childs() { close_once(childs_); }
  /// In the child, at once.
  void close_daemons() { close_once(daemons_); }

 private:
  static void close_once(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }
  int childs_ = -1;
  int daemons_ = -1;
};

/// A pipe that holds `text`, for a child to read from; `open`: its writing end stays open.
class filled_pipe {
 public:
  explicit filled_pipe(std::string_view text, bool open = false) {
    BOOST_TEST_REQUIRE(pipe(ends_) == 0);
    BOOST_TEST_REQUIRE(write(ends_[1], text.data(), text.size()) ==
                       static_cast<ssize_t>(text.size()));
    if (!open) close_writing();
  }
  ~filled_pipe() {
    close(ends_[0]);
    close_writing();
  }
  filled_pipe(const filled_pipe&) = delete;
  filled_pipe& operator=(const filled_pipe&) = delete;

  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }

 private:
  void close_writing() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  int ends_[2] = {-1, -1};
};

}  // namespace coffer::tests
