#include "tests/unit/net/open_sessions.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "protocol/message/error.hpp"
#include "protocol/message/integration_fetch.hpp"
#include "protocol/message/integration_set.hpp"
#include "protocol/message/ping.hpp"
#include "protocol/reader.hpp"

namespace coffer::tests {
namespace {

std::string name_in(const protocol::frame& one) {
  if ((one.head.flags & protocol::flag_error) == 0) return "reply";
  protocol::error_reply error;
  if (protocol::decode_message(one.fields, error)) return "unreadable";
  return std::string(error.name.value);
}

}  // namespace

const std::string open_sessions::policy =
    "[[rule]]\nname = \"admins\"\nusers = [5001, 5002, 5003]\nroles = [\"admin\"]\n";

void client::send(protocol::bytes_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) return;  // the daemon does not read, or has closed
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

bool client::receive() {
  std::array<std::byte, 65536> more;
  const ssize_t size = recv(socket_, more.data(), more.size(), MSG_DONTWAIT);
  if (size > 0) got_.insert(got_.end(), more.begin(), more.begin() + size);
  if (size == 0 || (size < 0 && errno != EAGAIN)) ended_ = true;
  return size > 0;
}

std::vector<heard> client::hear() {
  while (receive()) continue;
  std::vector<heard> out;
  std::size_t at = 0;
  for (;;) {
    const auto next = protocol::split(protocol::bytes_view(got_).subspan(at), protocol::any_frame);
    if (next.status != protocol::split_status::complete) break;
    out.push_back({name_in(next.value), next.value.head.opcode, next.value.head.request_id});
    at += next.size;
  }
  got_.erase(got_.begin(), got_.begin() + static_cast<std::ptrdiff_t>(at));
  return out;
}

bool client::ended() {
  hear();
  return ended_;
}

void client::stop_writing() { shutdown(socket_, SHUT_WR); }

void client::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

std::vector<std::byte> hello_frame() {
  return request_frame(protocol::opcode::hello, 1,
                       protocol::hello_request{.version_min = 1, .version_max = 1, .client = {}});
}

std::vector<std::byte> ping_frame(std::uint32_t id) {
  return request_frame(protocol::opcode::ping, id, protocol::ping_request{});
}

std::vector<std::byte> fetch_frame(std::uint32_t id, std::string_view integration) {
  protocol::integration_fetch_request request;
  request.company = {"cmp_a"};
  request.integration = {integration};
  return request_frame(protocol::opcode::integration_fetch, id, request);
}

std::vector<std::byte> set_frame(std::uint32_t id, std::string_view integration,
                                 std::string_view value) {
  protocol::integration_set_request request;
  request.company = {"cmp_a"};
  request.integration = {integration};
  request.value = {std::as_bytes(std::span(value))};
  request.replace = true;
  return request_frame(protocol::opcode::integration_set, id, request);
}

open_sessions::open_sessions(const net::limits& limits)
    : home_(policy), limits_(limits), all_(io_, home_.context(), workers_, limits_) {}

open_sessions::~open_sessions() {
  release_worker();
  all_.for_each_connection([](net::connection& open) { open.close(); });
  settle();
  workers_.join();
  poll();
}

client open_sessions::connect(uid_t user) { return connect(user, "", net::process_handle()); }

client open_sessions::connect(uid_t user, const std::string& unit, net::process_handle process) {
  int both[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) != 0)
    throw std::runtime_error("socketpair");
  fcntl(both[0], F_SETFL, O_NONBLOCK);
  net::attested who{{.uid = user, .gid = user, .pid = 1, .groups = {}, .unit = unit},
                    std::move(process)};
  client out(both[1]);
  net::process_handle owned(both[0]);
  watched([&] {
    net::admission admitted(all_.books, all_.books.of(user), 1);
    net::session::socket connection(io_);
    connection.assign(boost::asio::local::stream_protocol{}, owned.get());
    owned.release();
    net::session::begin(all_, std::move(connection), std::move(admitted), std::move(who));
  });
  return out;
}

client open_sessions::greeted(uid_t user) {
  client out = connect(user);
  out.send(hello_frame());
  settle();
  if (out.hear() != std::vector{heard{"reply", 1, 1}}) throw std::runtime_error("not greeted");
  return out;
}

bool open_sessions::poll() {
  io_.restart();
  std::size_t ran = 0;
  watched([&] { ran = io_.poll(); });
  return ran > 0;
}

void open_sessions::settle() {
  bool ran = true;
  while (ran) {
    ran = poll();
    if (!gate_) wait_for_worker();
    ran = poll() || ran;
  }
}

// It works in order: when this is done, all that was posted before is.
void open_sessions::wait_for_worker() {
  std::binary_semaphore reached(0);
  if (workers_.post([&reached] { reached.release(); })) reached.acquire();
}

void open_sessions::hold_worker() {
  gate_ = std::make_shared<std::binary_semaphore>(0);
  workers_.post([gate = gate_] { gate->acquire(); });
}

void open_sessions::release_worker() {
  if (gate_) std::exchange(gate_, nullptr)->release();
}

void open_sessions::reload(const std::string& rules) {
  home_.context().rules.replace(policy::parse_policy(rules, "test", 0));
  watched([&] { all_.for_each_connection([](net::connection& open) { open.reauthorise(); }); });
}

}  // namespace coffer::tests
