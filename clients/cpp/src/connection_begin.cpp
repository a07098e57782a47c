// How a connection comes to be: handed over by the parent, or opened.
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "connection.hpp"
#include "inheritance.hpp"
#include "place.hpp"
#include "protocol/message/narrow.hpp"
#include "protocol/message/ping.hpp"
#include "protocol/message/ticket_redeem.hpp"
#include "server.hpp"

namespace coffer {
namespace {

constexpr std::size_t reply_size_first = 4096;
constexpr int retry_interval_ms = 10;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw invalid_argument("the path of the socket has " + std::to_string(path.size()) +
                           " bytes, and the kernel takes 107: have cofferd listen at a shorter "
                           "one, and name that in COFFER_SOCKET: " +
                           path);
  memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

// Where an inherited socket leads, for people.
std::string path_of(int fd) {
  sockaddr_un peer{};
  socklen_t size = sizeof peer;
  getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size);
  const std::string path(peer.sun_path, strnlen(peer.sun_path, sizeof peer.sun_path));
  return path.empty() ? "COFFER_FD" : path;
}

}  // namespace

client::connection::connection(client_options options) : options_(std::move(options)) {
  reply_.resize(reply_size_first);
  if (options_.at_once) start_call();
}

void client::connection::start_call() {
  deadline_ = std::chrono::steady_clock::now() + options_.timeout;
  if (begun_) return;
  try {
    begin();
    begun_ = true;
  } catch (...) {
    forget();
    close();
    throw;
  }
}

void client::connection::begin() {
  const inheritance given = options_.socket.empty() ? take_inheritance() : inheritance{};
  if (given.what == inheritance::kind::connection) return adopt(given.fd);
  if (options_.socket.empty()) {
    const place found = default_place();
    options_.socket = found.socket;
    passed_over_ = found.passed_over;
  }
  where_ = "the daemon at " + options_.socket;
  if (given.what == inheritance::kind::ticket) return redeem(given.fd);
  open();
}

void client::connection::adopt(int fd) {
  fd_ = fd;
  owner_ = getpid();
  options_.socket = path_of(fd);
  where_ = "the daemon behind COFFER_FD";
  narrowed_ = true;
  // A process that used the connection before may have left a request open: its reply must not
  // answer one of ours.
  if (getrandom(&id_, sizeof id_, 0) != sizeof id_) throw unavailable("no random numbers");
  try {
    ask_in_time<protocol::ping_reply>(protocol::opcode::ping, protocol::ping_request{}, false);
  } catch (const error& failed) {
    if (failed.code() != static_cast<std::uint64_t>(errc::hello_expected)) throw;
    throw invalid_argument(
        "COFFER_FD names a connection that was never greeted: the parent must narrow it to a run "
        "before it hands it over");
  }
}

void client::connection::redeem(int fd) {
  const secret ticket = read_ticket(fd, deadline_);
  open();
  narrowed_ = true;
  ask_in_time<protocol::ticket_redeem_reply>(
      protocol::opcode::ticket_redeem,
      protocol::ticket_redeem_request{{std::as_bytes(std::span(ticket.reveal()))}}, false);
  forget();
}

void client::connection::open() {
  close();
  if (narrowed_)
    throw unavailable(
        "the connection that was narrowed to a run has ended. It is not opened anew, since another "
        "one may do more: ask for the run to be handed over again");
  last_word_ = false;
  try {
    knock();
    server_ = server_of(fd_);
    greet();
  } catch (...) {
    close();
    throw;
  }
}

void client::connection::knock() {
  const sockaddr_un address = address_of(options_.socket);
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) throw unavailable(std::string("cannot make a socket: ") + strerror(errno));
  owner_ = getpid();
  while (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int why = errno;
    if (why != EAGAIN && why != EINTR)
      throw unavailable(failure_text({options_.socket, passed_over_}, why));
    // EAGAIN is a full backlog, which nothing can be polled for.
    if (std::chrono::steady_clock::now() >= deadline_)
      throw timeout(where_ + " did not accept in time; retry");
    poll(nullptr, 0, retry_interval_ms);
  }
}

// After fork() the connection is the parent's alone: on a shared one the two processes would get
// each other's replies.
void client::connection::leave_to_parent() {
  if (fd_ < 0 || owner_ == getpid()) return;
  close();
  if (narrowed_)
    throw unavailable(
        "the connection that was narrowed to a run is the parent's, who forked this process: hand "
        "a connection over to each process that needs one");
}

void client::connection::check_server() const {
  if (!server_ || is_trusted(*server_, options_.socket, options_.server_uid)) return;
  throw untrusted_server(where_ + " is served by " + user_text(*server_) +
                         ", neither root nor this process's own user: no secret was sent. If that "
                         "user is to run cofferd, say so: COFFER_SERVER_UID=" +
                         std::to_string(*server_));
}

void client::connection::require_trusted_server() {
  start_call();
  leave_to_parent();
  if (fd_ < 0) open();
  check_server();
}

const std::string& client::connection::socket() {
  start_call();
  return options_.socket;
}

int client::connection::release() {
  leave_to_parent();
  if (!narrowed_ || fd_ < 0)
    throw invalid_argument("only an open connection that is narrowed to a run is handed over");
  forget();
  // The child may expect a descriptor that blocks, and shares the flag.
  fcntl(fd_, F_SETFL, 0);
  return std::exchange(fd_, -1);
}

}  // namespace coffer
