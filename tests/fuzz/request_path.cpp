// The whole request path below Asio: a connection's bytes in, replies out. The first byte chooses
// the caller's role, and whether its connection is narrowed to a run. Every frame gets exactly one
// well-formed reply that carries its id.
#include <cstdlib>
#include <memory>
#include <vector>

#include "dispatch/serve.hpp"
#include "log/log.hpp"
#include "protocol/message/error.hpp"
#include "protocol/operations.hpp"
#include "protocol/reader.hpp"
#include "secret/arena.hpp"
#include "tests/in_process/daemon_without_sockets.hpp"

using namespace coffer;

namespace {

void expect(bool truth) {
  if (!truth) std::abort();
}

constexpr unsigned ship_every = 16;  // inputs: the spool must not fill up

constexpr const char* policy_text = R"(
[[rule]]
name = "adapter"
users = [1]
roles = ["adapter"]
[[rule]]
name = "operator"
users = [2]
roles = ["operator"]
[[rule]]
name = "agent's orchestrator"
users = [3]
roles = ["orchestrator", "validator"]
companies = ["cmp_acme"]
agents = ["agt_1"]
)";

// An integration, a run and a token are there from the beginning.
struct fuzzed_daemon : tests::daemon_without_sockets {
  fuzzed_daemon() : daemon_without_sockets(policy_text) {
    log::set_level(log::level::error);
    const std::string value = "xoxb-fuzz";
    dispatch::context& daemon = context();
    expect(daemon.integrations
               .set({.company = "cmp_acme",
                     .integration = "slack",
                     .value = std::as_bytes(std::span(value))})
               .has_value());
    run = *daemon.runs.find("cmp_acme",
                            daemon.runs.begin("cmp_acme", "run_1", "agt_1", std::nullopt)->id);
    expect(daemon.tokens.issue({.company = "cmp_acme", .agent = "agt_1", .scopes = "memory:*"})
               .has_value());
  }

  service::run_handle run;
};

void check_reply(const protocol::frame& request, protocol::bytes_view bytes) {
  const auto reply = protocol::split(bytes, protocol::any_frame);
  expect(reply.status == protocol::split_status::complete && reply.size == bytes.size());
  expect(reply.value.head.request_id == request.head.request_id);
  expect(reply.value.head.opcode == request.head.opcode);
  expect((reply.value.head.flags & protocol::flag_reply) != 0);
  if ((reply.value.head.flags & protocol::flag_error) == 0) return;
  protocol::error_reply error;
  expect(!protocol::decode_message(reply.value.fields, error));
  expect(error.code != 0 && !error.text.value.empty());
}

void converse(fuzzed_daemon& home, dispatch::peer& from, protocol::bytes_view input) {
  std::vector<std::byte> out(dispatch::reply_size_max);
  for (;;) {
    const auto next = protocol::split(input, protocol::request_limit);
    if (next.status != protocol::split_status::complete) return;
    dispatch::context& daemon = home.context();
    const auto now = daemon.contact.clock().now();
    auto done = dispatch::serve(daemon, from, next.value, false, now, out);
    if (done.deferred) done = dispatch::serve(daemon, from, next.value, true, now, out);
    expect(!done.deferred && done.reply_size <= out.size());
    check_reply(next.value, {out.data(), done.reply_size});
    if (done.close) return;
    input = input.subspan(next.size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& arena = secret::open_process_arena({.allow_unlocked = true});
  static_cast<void>(arena);
  static auto* const home = new fuzzed_daemon;
  if (size == 0) return 0;
  log::log_budget budget;
  // Bits 0 and 1 choose the caller, bit 2 whether it is narrowed, bit 3 whether it was greeted.
  auto from = home->connect(data[0] % 4U, budget, (data[0] & 8U) != 0);
  if ((data[0] & 4U) != 0) from.run = home->run;
  converse(*home, from, {reinterpret_cast<const std::byte*>(data) + 1, size - 1});
  home->spool().commit();
  static unsigned inputs = 0;
  if (++inputs % ship_every == 0) static_cast<void>(home->context().trail.ship());
  return 0;
}
