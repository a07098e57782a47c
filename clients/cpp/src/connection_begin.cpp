// How a connection comes to be: handed over by the parent, or opened.
#include <fcntl.h>
#include <sys/random.h>

#include <utility>

#include "connection.hpp"
#include "inheritance.hpp"
#include "protocol/message/narrow.hpp"
#include "protocol/message/ping.hpp"
#include "protocol/message/ticket_redeem.hpp"

namespace coffer {
namespace {

constexpr std::size_t reply_size_first = 4096;

}  // namespace

client::connection::connection(client_options options) : options_(std::move(options)) {
  reply_.resize(reply_size_first);
  start_clock();
  try {
    begin();
  } catch (...) {
    forget();
    close();
    throw;
  }
}

void client::connection::begin() {
  const inheritance given = options_.socket.empty() ? take_inheritance() : inheritance{};
  if (given.what == inheritance::kind::connection) return adopt(given.fd);
  if (options_.socket.empty()) options_.socket = default_socket();
  where_ = "the daemon at " + options_.socket;
  if (given.what == inheritance::kind::ticket) return redeem(given.fd);
  open();
}

void client::connection::adopt(int fd) {
  fd_ = fd;
  where_ = "the daemon behind COFFER_FD";
  narrowed_ = true;
  // A process that used the connection before may have left a request open: its reply must not
  // answer one of ours.
  if (getrandom(&id_, sizeof id_, 0) != sizeof id_) throw unavailable("no random numbers");
  try {
    ask<protocol::ping_reply>(protocol::opcode::ping, protocol::ping_request{}, false);
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
  ask<protocol::ticket_redeem_reply>(
      protocol::opcode::ticket_redeem,
      protocol::ticket_redeem_request{{std::as_bytes(std::span(ticket.reveal()))}}, false);
  forget();
}

int client::connection::release() {
  if (!narrowed_ || fd_ < 0)
    throw invalid_argument("only an open connection that is narrowed to a run is handed over");
  forget();
  // The child may expect a descriptor that blocks, and shares the flag.
  fcntl(fd_, F_SETFL, 0);
  return std::exchange(fd_, -1);
}

}  // namespace coffer
