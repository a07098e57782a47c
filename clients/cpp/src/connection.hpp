// One socket, one request at a time: frames out, frames in.
#pragma once

#include <string>
#include <vector>

#include "coffer/client.hpp"
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

  /// Sends a request and decodes its reply, whose views hold until the next call. `repeatable`: may
  /// be sent again when the connection turns out to be broken.
  template <class Reply, class Request>
  Reply ask(protocol::opcode code, const Request& request, bool repeatable) {
    request_.resize(protocol::secret_request_size_max);
    const std::size_t size = request_used_ =
        protocol::encode_message(request, static_cast<std::uint8_t>(code), 0, ++id_, request_);
    check_request<Request>(size);
    const auto fields = exchange(code, size, repeatable);
    Reply reply;
    if (const auto error = protocol::decode_message(fields, reply)) refuse_reply(error->code);
    return reply;
  }

  /// Overwrites the last reply, or the last request, if it held a secret.
  void forget_reply() noexcept;
  void forget_request() noexcept;

 private:
  enum class ending { none, closed, unread };

  // What breaks a rule is told before it is sent: the daemon would say the same.
  template <class Request>
  void check_request(std::size_t size) {
    if (size < protocol::header_size) refuse_request("the request is too large");
    Request again;
    const protocol::bytes_view fields(request_.data() + protocol::header_size,
                                      size - protocol::header_size);
    if (const auto error = protocol::decode_message(fields, again))
      refuse_request(std::string(error->field) + ": " + std::string(text_of(error->code)));
  }

  protocol::bytes_view exchange(protocol::opcode code, std::size_t size, bool repeatable);
  ending try_exchange(protocol::opcode code, std::size_t size, protocol::bytes_view& fields);
  ending judge(protocol::opcode code, const protocol::frame& reply);
  void open();
  void greet();
  void close() noexcept;
  bool send_all(protocol::bytes_view bytes);
  void await(short events);
  [[noreturn]] void refuse_request(const std::string& why);
  [[noreturn]] void refuse_reply(errc why);

  client_options options_;
  int fd_ = -1;
  std::uint32_t id_ = 0;
  std::vector<std::byte> request_;
  std::size_t request_used_ = 0;
  std::vector<std::byte> reply_;
  std::size_t received_ = 0;
  bool last_word_ = false;  // behind the reply stood a frame that answers no request
};

}  // namespace coffer
