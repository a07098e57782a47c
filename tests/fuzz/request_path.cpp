// The whole request path below Asio: a connection's bytes in, replies out. The first byte chooses
// the caller's role. Every frame gets exactly one well-formed reply that carries its id.
#include <cstdlib>
#include <memory>
#include <vector>

#include "dispatch/serve.hpp"
#include "log/log.hpp"
#include "policy/policy_file.hpp"
#include "protocol/message/error.hpp"
#include "protocol/operations.hpp"
#include "protocol/reader.hpp"
#include "secret/arena.hpp"
#include "tests/memory_store/memory_store.hpp"

using namespace coffer;

namespace {

void expect(bool truth) {
  if (!truth) std::abort();
}

// One daemon without sockets, its store in memory, an integration in it.
struct daemon_without_sockets {
  daemon_without_sockets() {
    log::set_level(log::level::error);
    secret::buffer key(32);
    ring.add(std::move(key));
    const std::string value = "xoxb-fuzz";
    static_cast<void>(integrations.set(
        {.company = "cmp_acme", .integration = "slack", .value = std::as_bytes(std::span(value))}));
  }

  store::memory_store database;
  vault::keyring ring;
  vault::vault vault{ring, 1 << 20};
  service::integrations integrations{database, vault};
  dispatch::daemon_facts facts;
  dispatch::context context{integrations, vault.cache(), facts};
};

policy::policy rules() {
  return policy::parse_policy(R"(
[[rule]]
name = "adapter"
users = [1]
roles = ["adapter"]
[[rule]]
name = "operator"
users = [2]
roles = ["operator"]
)",
                              "fuzz", 0);
}

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

void converse(daemon_without_sockets& home, dispatch::peer& from, protocol::bytes_view input) {
  std::vector<std::byte> out(dispatch::reply_size_max);
  for (;;) {
    const auto next = protocol::split(input, protocol::request_limit);
    if (next.status != protocol::split_status::complete) return;
    auto done = dispatch::serve(home.context, from, next.value, false, out);
    if (done.deferred) done = dispatch::serve(home.context, from, next.value, true, out);
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
  static auto* const home = new daemon_without_sockets;
  static const policy::policy policy = rules();
  if (size == 0) return 0;
  policy::caller who{.uid = data[0] % 4U, .gid = 9, .pid = 1, .groups = {}};
  log::log_budget budget;
  dispatch::peer from{who, policy.authority_of(who), budget};
  converse(*home, from, {reinterpret_cast<const std::byte*>(data) + 1, size - 1});
  return 0;
}
