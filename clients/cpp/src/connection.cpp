#include "connection.hpp"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "protocol/message/error.hpp"
#include "protocol/message/hello.hpp"

namespace coffer {
namespace {

constexpr std::size_t reply_size_first = 4096;

}  // namespace

client::connection::connection(client_options options) : options_(std::move(options)) {
  if (options_.socket.empty()) options_.socket = default_socket();
  reply_.resize(reply_size_first);
  open();
}

client::connection::~connection() {
  forget_request();
  forget_reply();
  close();
}

void client::connection::forget_request() noexcept { wipe(request_.data(), request_used_); }

void client::connection::forget_reply() noexcept { wipe(reply_.data(), received_); }

void client::connection::close() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void client::connection::open() {
  close();
  last_word_ = false;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (options_.socket.size() >= sizeof address.sun_path)
    throw invalid_argument("the socket's path has more than 107 bytes: " + options_.socket);
  memcpy(address.sun_path, options_.socket.c_str(), options_.socket.size() + 1);
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int failed = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const auto until = std::chrono::steady_clock::now() + options_.timeout;
  // A full backlog answers EAGAIN at once: wait a little and try again.
  while (failed != 0 && errno == EAGAIN && std::chrono::steady_clock::now() < until) {
    poll(nullptr, 0, 10);
    failed = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  if (failed != 0) {
    const std::string why = strerror(errno);
    close();
    throw unavailable("cannot connect to " + options_.socket + " (" + why +
                      "): start cofferd, or point COFFER_SOCKET to its socket");
  }
  greet();
}

void client::connection::greet() {
  std::vector<std::byte> hello(256);
  const protocol::hello_request greeting{.client = {{"coffer-cpp 0.1.0"}}};
  hello.resize(protocol::encode_message(
      greeting, static_cast<std::uint8_t>(protocol::opcode::hello), 0, ++id_, hello));
  std::swap(request_, hello);
  protocol::bytes_view fields;
  const ending end = try_exchange(protocol::opcode::hello, request_.size(), fields);
  std::swap(request_, hello);
  if (end == ending::none) return;
  close();
  throw unavailable("the daemon at " + options_.socket + " closed the connection: is it stopping?");
}

protocol::bytes_view client::connection::exchange(protocol::opcode code, std::size_t size,
                                                  bool repeatable) {
  if (last_word_) close();  // the daemon has said goodbye behind its last reply
  const bool idle_before = fd_ >= 0;
  if (!idle_before) open();
  try {
    protocol::bytes_view fields;
    ending end = try_exchange(code, size, fields);
    if (end == ending::unread || (end == ending::closed && idle_before && repeatable)) {
      // The id inside the frame is the one that greet() passed by: give the request a new one.
      open();
      protocol::store_u32(++id_, request_.data() + 8);
      end = try_exchange(code, size, fields);
    }
    if (end == ending::none) return fields;
    throw unavailable("the daemon at " + options_.socket +
                      " closed the connection: is it stopping? Retry; the request may or may not "
                      "have been carried out");
  } catch (const protocol_error&) {
    close();
    throw;
  } catch (const timeout&) {
    close();  // a late reply must not answer the next request
    throw;
  } catch (const unavailable&) {
    close();
    throw;
  }
}

// Sends the encoded request and receives one frame.
client::connection::ending client::connection::try_exchange(protocol::opcode code, std::size_t size,
                                                            protocol::bytes_view& fields) {
  send_all({request_.data(), size});  // if it fails, the reason may still be there to read
  received_ = 0;
  for (;;) {
    await(POLLIN);
    const ssize_t got = recv(fd_, reply_.data() + received_, reply_.size() - received_, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return ending::closed;
    received_ += static_cast<std::size_t>(got);
    const auto next = protocol::split({reply_.data(), received_}, protocol::any_frame);
    if (next.status == protocol::split_status::failed) refuse_reply(next.error);
    if (next.status == protocol::split_status::complete) {
      last_word_ = next.size < received_;
      if (last_word_ && received_ > next.size + 4 && reply_[next.size + 4] != std::byte{0})
        refuse_reply(errc::trailing_bytes);
      fields = next.value.fields;
      return judge(code, next.value);
    }
    if (received_ + next.missing <= reply_.size()) continue;
    std::vector<std::byte> larger(received_ + next.missing);
    memcpy(larger.data(), reply_.data(), received_);
    wipe(reply_.data(), reply_.size());
    reply_ = std::move(larger);
  }
}

// Throws what the daemon answered, if it is an error of the request.
client::connection::ending client::connection::judge(protocol::opcode code,
                                                     const protocol::frame& reply) {
  const auto opcode = static_cast<std::uint8_t>(code);
  if ((reply.head.flags & protocol::flag_error) != 0) {
    protocol::error_reply said;
    if (const auto bad = protocol::decode_message(reply.fields, said)) refuse_reply(bad->code);
    const bool of_connection = reply.head.opcode == 0 && reply.head.request_id == 0;
    if (of_connection && said.code == static_cast<std::uint64_t>(errc::shutting_down))
      return ending::unread;
    throw error(said.code, std::string(said.name.value), std::string(said.text.value));
  }
  if (reply.head.opcode != opcode || reply.head.request_id != id_ ||
      reply.head.flags != protocol::flag_reply)
    throw protocol_error("the reply belongs to another request");
  return ending::none;
}

bool client::connection::send_all(protocol::bytes_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
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
  const auto until = std::chrono::steady_clock::now() + options_.timeout;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    const int ready = poll(&one, 1, static_cast<int>(std::max<long>(left.count(), 0)));
    if (ready > 0) return;
    if (ready < 0 && errno == EINTR) continue;
    throw timeout("the daemon at " + options_.socket + " did not answer in time");
  }
}

void client::connection::refuse_request(const std::string& why) {
  forget_request();
  throw invalid_argument(why);
}

void client::connection::refuse_reply(errc why) {
  throw protocol_error("the reply is malformed (" + std::string(name_of(why)) + ")");
}

}  // namespace coffer
