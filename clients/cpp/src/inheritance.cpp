#include "inheritance.hpp"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string>

#include "coffer/error.hpp"

namespace coffer {
namespace {

constexpr const char* connection_variable = "COFFER_FD";
constexpr const char* ticket_variable = "COFFER_TICKET_FD";
constexpr std::size_t ticket_size_max = 256;

std::atomic<bool> taken{false};

// The variable's text is not repeated: a ticket may have been put there by mistake.
[[noreturn]] void refuse(const char* variable, const std::string& why) {
  throw invalid_argument(std::string(variable) + " " + why);
}

int open_descriptor(const char* variable, std::string_view text) {
  int fd = -1;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), fd);
  if (wrong != std::errc{} || end != text.data() + text.size() || fd < 0)
    refuse(variable, "must be the number of an inherited descriptor");
  if (fcntl(fd, F_GETFD) < 0)
    refuse(variable,
           "names a descriptor that is not open here: the parent must let it be "
           "inherited");
  return fd;
}

int socket_option(int fd, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

void check_connection(int fd) {
  sockaddr_storage peer;
  socklen_t size = sizeof peer;
  if (socket_option(fd, SO_DOMAIN) != AF_UNIX || socket_option(fd, SO_TYPE) != SOCK_STREAM ||
      getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0)
    refuse(connection_variable, "names a descriptor that is no connected Unix stream socket");
}

void check_ticket_source(int fd) {
  if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
    refuse(ticket_variable, "names a descriptor that cannot be read");
}

[[noreturn]] void refuse_again() {
  throw unavailable(
      "what this process was handed over (COFFER_FD, COFFER_TICKET_FD) was taken by an earlier "
      "client: keep that one, or name a socket to use this process's own authority");
}

inheritance take(inheritance::kind what, int fd) {
  if (taken.exchange(true)) refuse_again();
  unsetenv(connection_variable);
  unsetenv(ticket_variable);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  return {what, fd};
}

// What stands in for standard input must not be the next file that is opened.
void close_source(int fd) {
  const int empty = fd <= STDERR_FILENO ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;
  if (empty < 0) {
    close(fd);
    return;
  }
  dup2(empty, fd);
  close(empty);
}

struct line {
  std::array<char, ticket_size_max> bytes;
  std::size_t size = 0;
  ~line() { wipe(bytes.data(), bytes.size()); }
};

void await_input(int fd, std::chrono::steady_clock::time_point deadline) {
  pollfd one{fd, POLLIN, 0};
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int ready = poll(&one, 1, static_cast<int>(std::max<long>(left.count(), 0)));
    if (ready > 0) return;
    if (ready == 0) throw timeout(std::string(ticket_variable) + " gave no ticket in time");
    if (errno != EINTR) refuse(ticket_variable, std::string("cannot be read: ") + strerror(errno));
  }
}

// Byte by byte: what stands behind the ticket's line is not ours.
void read_line(int fd, std::chrono::steady_clock::time_point deadline, line& out) {
  for (;;) {
    await_input(fd, deadline);
    char byte = 0;
    const ssize_t got = read(fd, &byte, 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) refuse(ticket_variable, std::string("cannot be read: ") + strerror(errno));
    if (got == 0 || byte == '\n') return;
    if (out.size == out.bytes.size()) refuse(ticket_variable, "holds more than a ticket");
    out.bytes[out.size++] = byte;
    wipe(&byte, 1);
  }
}

}  // namespace

inheritance take_inheritance() {
  if (taken) refuse_again();
  if (const char* named = std::getenv(connection_variable)) {
    const int fd = open_descriptor(connection_variable, named);
    check_connection(fd);
    return take(inheritance::kind::connection, fd);
  }
  if (const char* named = std::getenv(ticket_variable)) {
    const int fd = open_descriptor(ticket_variable, named);
    check_ticket_source(fd);
    return take(inheritance::kind::ticket, fd);
  }
  return {};
}

secret read_ticket(int fd, std::chrono::steady_clock::time_point deadline) {
  struct closed_after_use {
    int fd;
    ~closed_after_use() { close_source(fd); }
  } const source{fd};
  line ticket;
  read_line(fd, deadline, ticket);
  if (ticket.size == 0) refuse(ticket_variable, "gave an empty ticket");
  return secret(std::string_view(ticket.bytes.data(), ticket.size));
}

}  // namespace coffer
