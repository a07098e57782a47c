// Sessions over socket pairs, in a daemon whose loop a test turns by hand.
#pragma once

#include <semaphore>
#include <string>
#include <utility>
#include <vector>

#include "net/session.hpp"
#include "protocol/message/hello.hpp"
#include "protocol/operations.hpp"
#include "protocol/writer.hpp"
#include "tests/in_process/daemon_without_sockets.hpp"
#include "tests/unit/net/failing_memory.hpp"

namespace coffer::tests {

/// What came from the daemon: an error's name, or "reply"; and of what.
struct heard {
  std::string what;
  std::uint8_t opcode = 0;
  std::uint32_t id = 0;

  bool operator==(const heard&) const = default;
};

/// The client's side of a connection.
class client {
 public:
  explicit client(int descriptor) : socket_(descriptor) {}
  ~client() { close(); }
  client(client&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  client& operator=(client&&) = delete;

  void send(protocol::bytes_view bytes);
  void send(const std::vector<std::byte>& bytes) { send(protocol::bytes_view(bytes)); }
  /// Everything that is there, whole frames.
  std::vector<heard> hear();
  /// Whether the daemon has closed; hears all there is.
  bool ended();
  void stop_writing();
  void close();

 private:
  bool receive();

  int socket_;
  bool ended_ = false;
  std::vector<std::byte> got_;
};

/// A whole request.
std::vector<std::byte> request_frame(protocol::opcode code, std::uint32_t id, const auto& request) {
  std::vector<std::byte> frame(protocol::secret_request_size_max);
  frame.resize(protocol::encode_message(request, static_cast<std::uint8_t>(code), 0, id, frame));
  return frame;
}
std::vector<std::byte> hello_frame();
std::vector<std::byte> ping_frame(std::uint32_t id);
std::vector<std::byte> fetch_frame(std::uint32_t id, std::string_view integration);
std::vector<std::byte> set_frame(std::uint32_t id, std::string_view integration,
                                 std::string_view value);

/// One worker. Nothing happens but in settle() and watched(): on the calling thread and the worker,
/// whose allocations failing_memory counts only there.
class open_sessions {
 public:
  static constexpr uid_t admin = 5001, other_admin = 5002, bystander = 5003, stranger = 5006;
  static const std::string policy;  ///< the first three are admins

  explicit open_sessions(const net::limits& limits = {});
  ~open_sessions();
  open_sessions(const open_sessions&) = delete;
  open_sessions& operator=(const open_sessions&) = delete;

  client connect(uid_t user);
  client greeted(uid_t user);
  /// With a unit, and the process that is in it.
  client connect(uid_t user, const std::string& unit, net::process_handle process);

  /// Runs what is to be run, until nothing is left but to wait for clients.
  void settle();
  /// Runs `call` where allocations may fail.
  void watched(auto&& call) {
    const watched_thread on(true);
    call();
  }
  /// Holds up the worker until release_worker().
  void hold_worker();
  void release_worker();

  net::shared& all() { return all_; }
  daemon_without_sockets& home() { return home_; }
  net::account& account(uid_t user) { return *all_.books.of(user); }
  void reload(const std::string& rules);

 private:
  bool poll();
  void wait_for_worker();

  const watched_thread not_watched_{false};
  daemon_without_sockets home_;
  net::limits limits_;
  boost::asio::io_context io_{1};
  dispatch::offload workers_{1, 256};
  net::shared all_;
  std::shared_ptr<std::binary_semaphore> gate_;
};

}  // namespace coffer::tests
