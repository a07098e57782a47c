#include "connection.hpp"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "protocol/message/error.hpp"
#include "protocol/message/hello.hpp"

namespace coffer {
namespace {

constexpr std::size_t request_id_offset = 8;

}  // namespace

client::connection::~connection() {
  forget();
  close();
}

void client::connection::forget() noexcept {
  wipe(request_.data(), request_used_);
  request_used_ = 0;
  forget_reply();
}

void client::connection::forget_reply() noexcept {
  wipe(reply_.data(), received_);
  received_ = 0;
}

void client::connection::close() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void client::connection::greet() {
  std::array<std::byte, 256> hello;
  const protocol::hello_request greeting{.client = {{"coffer-cpp " COFFER_VERSION}}};
  const std::size_t size = protocol::encode_message(
      greeting, static_cast<std::uint8_t>(protocol::opcode::hello), 0, ++id_, hello);
  protocol::bytes_view fields;
  if (try_exchange(protocol::opcode::hello, {hello.data(), size}, fields) != ending::none)
    throw unavailable(where_ + " closed the connection: is it stopping? Retry");
  protocol::hello_reply said;
  decode(fields, said);
  if (said.version != protocol::version)
    throw protocol_error("the daemon chose protocol version " + std::to_string(said.version) +
                         ", which was not offered");
}

protocol::bytes_view client::connection::exchange(protocol::opcode code,
                                                  protocol::bytes_span request, bool repeatable) {
  leave_to_parent();
  if (last_word_) close();  // the daemon has said goodbye behind its last reply
  const bool idle_before = fd_ >= 0;
  try {
    protocol::bytes_view fields;
    if (!idle_before) open();
    ending end = send(code, request, fields);
    // Unread is the daemon's word that it did nothing; a broken idle connection is a guess.
    if (end == ending::unread || (end == ending::closed && idle_before && repeatable)) {
      open();
      end = send(code, request, fields);
    }
    if (end == ending::none) return fields;
    throw unavailable(where_ +
                      " closed the connection: is it stopping? Retry; the request may or may not "
                      "have been carried out");
  } catch (const error& failed) {
    // After the daemon's own errors all goes on; after others, a late reply could answer the next.
    if (failed.code() == 0) close();
    throw;
  }
}

client::connection::ending client::connection::send(protocol::opcode code,
                                                    protocol::bytes_span request,
                                                    protocol::bytes_view& fields) {
  if (sends_secret_) check_server();
  return try_exchange(code, numbered(request), fields);
}

// Each sending has an id of its own: a hello takes one, too.
protocol::bytes_view client::connection::numbered(protocol::bytes_span request) noexcept {
  protocol::store_u32(++id_, request.data() + request_id_offset);
  return request;
}

// Sends an encoded request and receives one frame.
client::connection::ending client::connection::try_exchange(protocol::opcode code,
                                                            protocol::bytes_view request,
                                                            protocol::bytes_view& fields) {
  forget_reply();
  send_all(request);  // if it fails, the reason may still be there to read
  while (receive()) {
    const auto next = protocol::split({reply_.data(), received_}, protocol::any_frame);
    if (next.status == protocol::split_status::failed) refuse_reply(next.error);
    if (next.status == protocol::split_status::incomplete) {
      make_room(next.missing);
      continue;
    }
    last_word_ = next.size < received_;
    if (last_word_ && received_ > next.size + 4 && reply_[next.size + 4] != std::byte{0})
      refuse_reply(errc::trailing_bytes);
    fields = next.value.fields;
    return judge(code, next.value);
  }
  return ending::closed;
}

// Takes what has arrived, at least a byte; false at the end of the connection.
bool client::connection::receive() {
  for (;;) {
    await(POLLIN);
    const ssize_t got =
        recv(fd_, reply_.data() + received_, reply_.size() - received_, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return false;
    received_ += static_cast<std::size_t>(got);
    return true;
  }
}

void client::connection::make_room(std::size_t missing) {
  if (received_ + missing <= reply_.size()) return;
  std::vector<std::byte> larger(received_ + missing);
  memcpy(larger.data(), reply_.data(), received_);
  wipe(reply_.data(), received_);
  reply_ = std::move(larger);
}

// Throws what the daemon answered, if it is an error of the request.
client::connection::ending client::connection::judge(protocol::opcode code,
                                                     const protocol::frame& reply) {
  const bool failed = (reply.head.flags & protocol::flag_error) != 0;
  const bool of_request = reply.head.request_id == id_;
  const bool of_connection = reply.head.opcode == 0 && reply.head.request_id == 0;
  if (failed && (of_request || of_connection)) {
    protocol::error_reply said;
    decode(reply.fields, said);
    const auto unread = static_cast<std::uint64_t>(errc::shutting_down);
    last_word_ = last_word_ || of_connection;
    if (of_connection && said.code == unread) return ending::unread;
    refuse(said);
  }
  if (!of_request || reply.head.opcode != static_cast<std::uint8_t>(code) ||
      reply.head.flags != protocol::flag_reply)
    throw protocol_error("the reply belongs to another request");
  return ending::none;
}

void client::connection::refuse(const protocol::error_reply& said) const {
  const std::string name(said.name.value);
  const std::string text = std::string(said.text.value) + " (" + where_ + ")";
  if (said.code >= static_cast<std::uint64_t>(errc::token_unknown) &&
      said.code <= static_cast<std::uint64_t>(errc::missing_scope))
    throw token_refused(said.code, name, text);
  throw error(said.code, name, text);
}

// False when the daemon no longer reads.
bool client::connection::send_all(protocol::bytes_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN)
      await(POLLOUT);
    else if (sent < 0 && errno != EINTR)
      return false;
    else if (sent > 0)
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

void client::connection::await(short events) {
  pollfd one{fd_, events, 0};
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    const int ready = poll(&one, 1, static_cast<int>(std::max<long>(left.count(), 0)));
    if (ready > 0) return;
    if (ready < 0 && errno == EINTR) continue;
    throw timeout(where_ +
                  " did not answer in time; retry. A change may or may not have been carried out");
  }
}

void client::connection::refuse_reply(errc why) {
  throw protocol_error("the reply is malformed (" + std::string(name_of(why)) + ")");
}

}  // namespace coffer
