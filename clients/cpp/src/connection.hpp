// One socket, one request at a time: frames out, frames in.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "coffer/client.hpp"
#include "field_rules.hpp"
#include "protocol/message/error.hpp"
#include "protocol/operations.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"

namespace coffer {

class client::connection {
 public:
  explicit connection(client_options options);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Sends a request and decodes its reply, whose views hold until the next call or forget().
  /// A repeatable operation (P5.8) is sent again when the connection turns out to be broken.
  template <class Reply, class Request>
  Reply ask(protocol::opcode code, const Request& request) {
    start_call();
    const auto* operation = protocol::find_operation(static_cast<std::uint8_t>(code));
    return ask_in_time<Reply>(code, request, operation && operation->repeatable);
  }

  /// Connects, if that has not been done yet, and throws untrusted_server if it must.
  void require_trusted_server();
  /// Connects, if that has not been done yet, and says where to.
  const std::string& socket();

  /// From now on it is not opened anew: another connection would not be narrowed.
  void stay_narrowed() noexcept { narrowed_ = true; }
  /// Gives the narrowed socket away, close-on-exec and blocking; see client::detach_fd().
  int release();

  /// Overwrites the last request and what came back for it.
  void forget() noexcept;

 private:
  enum class ending { none, closed, unread };

  // The same, under the deadline of the call that is under way.
  template <class Reply, class Request>
  Reply ask_in_time(protocol::opcode code, const Request& request, bool repeatable) {
    request_.resize(protocol::secret_request_size_max);
    request_used_ = request_.size();  // also what does not fit leaves bytes behind
    const std::size_t size =
        protocol::encode_message(request, static_cast<std::uint8_t>(code), 0, 0, request_);
    check_request<Request>(size);
    request_used_ = size;
    sends_secret_ = has_secret(request);
    Reply reply;
    decode(exchange(code, {request_.data(), size}, repeatable), reply);
    return reply;
  }

  // What breaks a rule is told before it is sent: the daemon would say the same.
  template <class Request>
  void check_request(std::size_t size) {
    if (size < protocol::header_size) throw invalid_argument("the request is too large");
    Request again;
    const protocol::bytes_view fields(request_.data() + protocol::header_size,
                                      size - protocol::header_size);
    if (const auto error = protocol::decode_message(fields, again))
      throw invalid_argument(std::string(error->field) + " " + rule_of(again, error->field));
  }

  template <class Reply>
  void decode(protocol::bytes_view fields, Reply& reply) {
    const auto error = protocol::decode_message(fields, reply);
    if (!error) return;
    close();
    refuse_reply(error->code);
  }

  protocol::bytes_view exchange(protocol::opcode code, protocol::bytes_span request,
                                bool repeatable);
  ending send(protocol::opcode code, protocol::bytes_span request, protocol::bytes_view& fields);
  protocol::bytes_view numbered(protocol::bytes_span request) noexcept;
  ending try_exchange(protocol::opcode code, protocol::bytes_view request,
                      protocol::bytes_view& fields);
  ending judge(protocol::opcode code, const protocol::frame& reply);
  bool receive();
  void make_room(std::size_t missing);
  void start_call();
  void leave_to_parent();
  void begin();
  void adopt(int fd);
  void redeem(int fd);
  void open();
  void knock();
  void check_server() const;
  void greet();
  void close() noexcept;
  bool send_all(protocol::bytes_view bytes);
  void await(short events);
  void forget_reply() noexcept;
  [[noreturn]] void refuse(const protocol::error_reply& said) const;
  [[noreturn]] static void refuse_reply(errc why);

  client_options options_;
  std::string where_;                               // for people: the daemon at its socket
  std::string passed_over_;                         // see place
  std::chrono::steady_clock::time_point deadline_;  // of the call under way
  int fd_ = -1;
  pid_t owner_ = -1;             // the process that may use it
  std::optional<uid_t> server_;  // who listens; absent: the parent's choice
  std::uint32_t id_ = 0;
  std::vector<std::byte> request_;
  std::size_t request_used_ = 0;  // bytes at the front that may hold a secret
  std::vector<std::byte> reply_;
  std::size_t received_ = 0;  // the same of the reply
  bool begun_ = false;
  bool sends_secret_ = false;  // the request under way does
  bool narrowed_ = false;      // or may be: its end is the end
  bool last_word_ = false;     // behind the reply stood a frame that answers no request
};

}  // namespace coffer
