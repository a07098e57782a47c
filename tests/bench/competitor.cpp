#include "competitor.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "protocol/message/hello.hpp"
#include "protocol/message/integration_fetch.hpp"
#include "protocol/message/narrow.hpp"
#include "protocol/message/token_validate.hpp"
#include "protocol/operations.hpp"
#include "protocol/writer.hpp"

namespace coffer::bench {
namespace {

template <class Message>
std::string encoded(protocol::opcode code, const Message& message) {
  std::string out(512, '\0');
  out.resize(protocol::encode_message(message, static_cast<std::uint8_t>(code), 0, 1,
                                      std::as_writable_bytes(std::span(out))));
  return out;
}

std::size_t redis_reply(std::string_view bytes) {
  static const std::string head = "$" + std::to_string(value_size) + "\r\n";
  const std::size_t whole = head.size() + value_size + 2;
  if (bytes.size() >= head.size() && !bytes.starts_with(head)) give_up("redis: a miss");
  if (bytes.size() < whole) return 0;
  if (bytes.substr(whole - 2, 2) != "\r\n") give_up("redis: a value of another size");
  return whole;
}

// Header, then the field of the value with its size: checked without decoding the rest, as a client
// written for speed would.
std::size_t coffer_reply(std::string_view bytes) {
  const auto found = protocol::split(std::as_bytes(std::span(bytes)), protocol::any_frame);
  if (found.status == protocol::split_status::incomplete) return 0;
  const auto& [head, fields] = found.value;
  const auto code = static_cast<protocol::opcode>(head.opcode);
  const bool reply = found.status == protocol::split_status::complete &&
                     head.flags == protocol::flag_reply && fields.size() >= 5;
  const bool miss =
      code == protocol::opcode::integration_fetch &&
      (fields[0] != std::byte{1} || protocol::load_u32(fields.data() + 1) != value_size);
  if (!reply || miss) give_up("coffer: a miss");
  return found.size;
}

std::string hello() { return encoded(protocol::opcode::hello, protocol::hello_request{}); }

}  // namespace

void give_up(const std::string& why) {
  std::fprintf(stderr, "coffer_load: %s\n", why.c_str());
  std::exit(1);
}

competitor raw(const std::string& socket) {
  return {.name = "raw",
          .socket = socket,
          .greetings = {},
          .requests = std::vector<std::string>(keys, std::string(64, 'r')),
          .reply_size = [](std::string_view bytes) -> std::size_t {
            return bytes.size() < 256 ? 0 : 256;
          }};
}

competitor redis(const std::string& socket) {
  competitor out{.name = "redis",
                 .socket = socket,
                 .greetings = {},
                 .requests = {},
                 .reply_size = redis_reply};
  for (std::size_t i = 0; i < keys; ++i) {
    const std::string key = "cmp_bench:integration" + std::to_string(i);
    out.requests.push_back("*2\r\n$3\r\nGET\r\n$" + std::to_string(key.size()) + "\r\n" + key +
                           "\r\n");
  }
  return out;
}

competitor coffer_daemon(const std::string& socket) {
  const auto narrow =
      encoded(protocol::opcode::narrow, protocol::narrow_request{{"cmp_bench"}, {"run_bench"}});
  competitor out{.name = "coffer",
                 .socket = socket,
                 .greetings = {hello(), narrow},
                 .requests = {},
                 .reply_size = coffer_reply};
  for (std::size_t i = 0; i < keys; ++i) {
    const std::string id = "integration" + std::to_string(i);
    out.requests.push_back(encoded(protocol::opcode::integration_fetch,
                                   protocol::integration_fetch_request{{"cmp_bench"}, {id}, {}}));
  }
  return out;
}

competitor coffer_validator(const std::string& socket, const std::string& tokens_file) {
  competitor out{.name = "coffer",
                 .socket = socket,
                 .greetings = {hello()},
                 .requests = {},
                 .reply_size = coffer_reply};
  std::ifstream file(tokens_file);
  for (std::string agent, token; file >> agent >> token;)
    out.requests.push_back(
        encoded(protocol::opcode::token_validate,
                protocol::token_validate_request{.token = {std::as_bytes(std::span(token))},
                                                 .company = {"cmp_bench"},
                                                 .agent = {agent},
                                                 .scope = {{"tools:call:github.search"}}}));
  if (out.requests.size() != keys) give_up("tokens are missing in " + tokens_file);
  return out;
}

}  // namespace coffer::bench
