// A daemon that says what a test wants it to say.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "coffer/client.hpp"
#include "protocol/messages.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"
#include "tests/temporary_folder.hpp"

namespace coffer::tests {

/// Gives each connection to the next script, on a thread of its own, and closes it behind the
/// script. At the end all scripts must have had a connection. `uid`: the user that the kernel says
/// listens; another one than this process's needs root.
class fake_daemon {
 public:
  using script = std::function<void(int peer)>;

  explicit fake_daemon(std::vector<script> scripts, uid_t uid = geteuid())
      : scripts_(std::move(scripts)) {
    const sockaddr_un here = address();
    door_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BOOST_TEST_REQUIRE(bind(door_, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0);
    const uid_t own = geteuid();
    BOOST_TEST_REQUIRE(seteuid(uid) == 0);  // the kernel notes it at listen()
    BOOST_TEST_REQUIRE(listen(door_, 0) == 0);
    BOOST_TEST_REQUIRE(seteuid(own) == 0);
    if (!scripts_.empty()) thread_ = std::thread([this] { serve(); });
  }
  ~fake_daemon() {
    shutdown(door_, SHUT_RDWR);  // who still waits for a connection stops waiting
    if (thread_.joinable()) thread_.join();
    close(door_);
    BOOST_TEST(served_ == scripts_.size());
  }
  fake_daemon(const fake_daemon&) = delete;
  fake_daemon& operator=(const fake_daemon&) = delete;

  const std::string& path() const { return path_; }

  client connect(std::chrono::milliseconds timeout = std::chrono::seconds(10)) const {
    return client::connect({.socket = path_, .timeout = timeout});
  }

  /// A connection without a client; -1 when the queue of those not yet accepted is full.
  int knock() const {
    const sockaddr_un there = address();
    const int peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (::connect(peer, reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0) return peer;
    close(peer);
    return -1;
  }

 private:
  sockaddr_un address() const {
    sockaddr_un out{};
    out.sun_family = AF_UNIX;
    std::strncpy(out.sun_path, path_.c_str(), sizeof out.sun_path - 1);
    return out;
  }

  void serve() {
    for (const script& one : scripts_) {
      const int peer = accept(door_, nullptr, nullptr);
      if (peer < 0) return;
      ++served_;
      one(peer);
      close(peer);
    }
  }

  temporary_folder folder_;
  std::string path_ = folder_.file("s");
  std::vector<script> scripts_;
  std::atomic<std::size_t> served_ = 0;
  int door_ = -1;
  std::thread thread_;
};

/// A request as it arrived.
struct asked {
  std::vector<std::byte> bytes;
  std::uint32_t id = 0;
  protocol::opcode code{};

  /// Its fields: a view of `bytes`. What does not decode fails the test.
  template <class Message>
  Message as() const {
    Message out;
    const auto fields = protocol::bytes_view(bytes).subspan(protocol::header_size);
    BOOST_TEST(!protocol::decode_message(fields, out));
    return out;
  }
};

/// The next request; nullopt at the end. Small requests arrive in one piece here.
inline std::optional<asked> receive(int peer) {
  asked out{.bytes = std::vector<std::byte>(4096)};
  const ssize_t got = read(peer, out.bytes.data(), out.bytes.size());
  if (got < static_cast<ssize_t>(protocol::header_size)) return std::nullopt;
  out.bytes.resize(static_cast<std::size_t>(got));
  out.id = protocol::load_u32(out.bytes.data() + 8);
  out.code = static_cast<protocol::opcode>(out.bytes[4]);
  return out;
}

/// The id of the next request; nullopt at the end.
inline std::optional<std::uint32_t> request(int peer) {
  const auto next = receive(peer);
  if (!next) return std::nullopt;
  return next->id;
}

template <class Message>
std::string frame(protocol::opcode code, std::uint32_t id, const Message& message,
                  std::uint8_t flags = protocol::flag_reply) {
  std::string out(70'000, '\0');
  out.resize(protocol::encode_message(message, static_cast<std::uint8_t>(code), flags, id,
                                      std::as_writable_bytes(std::span(out))));
  return out;
}

/// False when the client has gone.
inline bool say(int peer, std::string_view bytes) {
  return send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

inline void greet(int peer, std::uint64_t version = 1) {
  const auto id = request(peer).value_or(0);
  say(peer, frame(protocol::opcode::hello, id,
                  protocol::hello_reply{.version = version, .server = {"f"}}));
}

/// A copy of the value, also of a temporary.
inline std::string revealed(const secret& value) { return std::string(value.reveal()); }

/// Answers a narrow or a ticket_redeem.
inline std::string narrowed(const asked& one) {
  return frame(one.code, one.id, protocol::narrow_reply{{"cmp_a"}, {"agt_b"}, {"run_7"}, 99});
}

inline std::string fetched(std::uint32_t id, std::string_view value = "xoxb-1") {
  protocol::integration_fetch_reply reply;
  reply.value = {std::as_bytes(std::span(value))};
  reply.version = 5;
  return frame(protocol::opcode::integration_fetch, id, reply);
}

inline std::string failed(protocol::opcode code, std::uint32_t id, std::uint64_t number,
                          std::string_view name, std::string_view text = "do this") {
  constexpr std::uint8_t flags = protocol::flag_reply | protocol::flag_error;
  return frame(code, id, protocol::error_reply{number, {name}, {text}}, flags);
}

inline std::string farewell() { return failed(protocol::opcode{0}, 0, 34, "shutting_down"); }

}  // namespace coffer::tests
