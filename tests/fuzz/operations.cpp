// Every operation in any order on several connections of one daemon. Nobody gets what is not
// theirs, a narrowed connection stays what it is, and everything is on record.
#include <cstdlib>
#include <vector>

#include "dispatch/serve.hpp"
#include "dispatch/table.hpp"
#include "log/log.hpp"
#include "protocol/messages.hpp"
#include "secret/arena.hpp"
#include "tests/fuzz/chosen_request.hpp"
#include "tests/in_process/daemon_without_sockets.hpp"

using namespace coffer;
using tests::choices;
using tests::chosen_request;

namespace {

void expect(bool truth) {
  if (!truth) std::abort();
}

// Caller 0 is the owner; each other one may reach one company only.
constexpr const char* policy_text = R"(
[[rule]]
name = "orchestrator"
users = [1]
roles = ["orchestrator"]
companies = ["cmp_a"]
agents = ["agt_1"]
[[rule]]
name = "adapter"
users = [2]
roles = ["adapter", "validator"]
companies = ["cmp_a"]
integrations = ["slack"]
[[rule]]
name = "other company"
users = [3]
roles = ["operator", "observer", "adapter"]
companies = ["cmp_b"]
)";
constexpr std::size_t callers = 4;
constexpr std::string_view company_of[callers] = {"", "cmp_a", "cmp_a", "cmp_b"};

class conversation {
 public:
  conversation() {
    for (std::size_t uid = 0; uid < callers; ++uid)
      peers_.push_back(home_.connect(static_cast<uid_t>(uid), budget_, true));
  }

  void step(choices& input) {
    const std::size_t caller = input.next() % callers;
    const std::size_t wanted = input.next() % protocol::operations.size();
    std::size_t at = 0;
    protocol::for_each_operation([&](protocol::opcode code, auto request, auto reply) {
      if (at++ == wanted) ask(caller, code, request, reply, input);
    });
  }

  // What is in the spool goes to the store, and all of it verifies.
  void end() {
    home_.spool().commit();
    const auto chains = home_.context().trail.verify();
    expect(chains.has_value());
    for (const audit::verdict& one : *chains) expect(one.intact);
  }

 private:
  template <class Request, class Reply>
  void ask(std::size_t caller, protocol::opcode code, Request request, Reply reply,
           choices& input) {
    dispatch::peer& from = peers_[caller];
    chosen_request chosen(input, ticket_, token_);
    Request::fields(request, chosen);
    std::vector<std::byte> frame(2048);
    frame.resize(protocol::encode_message(request, static_cast<std::uint8_t>(code), 0, 7, frame));
    const service::run_handle run = from.run;
    const std::uint64_t recorded = home_.spool().end().sequence;
    const bool answered = serve(from, frame, reply);
    home_.spool().commit();
    const auto* row = dispatch::find_binding(static_cast<std::uint8_t>(code));
    if (row->trail != dispatch::audited::no) expect(home_.spool().end().sequence > recorded);
    if (run) expect(from.run == run);
    if (!answered) return;
    if (run)
      check_narrowed(*run, *row, chosen);
    else if (!from.run && caller != 0 && !chosen.company.empty())
      expect(chosen.company == company_of[caller]);
    keep(reply, chosen);
  }

  // Whether it was answered; otherwise with an error. The reply points into `out_`.
  template <class Reply>
  bool serve(dispatch::peer& from, protocol::bytes_view frame, Reply& reply) {
    const auto request = protocol::split(frame, protocol::any_frame).value;
    auto done = dispatch::serve(home_.context(), from, request, false, out_);
    if (done.deferred) done = dispatch::serve(home_.context(), from, request, true, out_);
    expect(!done.deferred && done.reply_size <= out_.size());
    const auto whole = protocol::split({out_.data(), done.reply_size}, protocol::any_frame);
    expect(whole.status == protocol::split_status::complete && whole.size == done.reply_size);
    if ((whole.value.head.flags & protocol::flag_error) != 0) {
      protocol::error_reply error;
      expect(!protocol::decode_message(whole.value.fields, error) && error.code != 50);
      return false;
    }
    expect(!protocol::decode_message(whole.value.fields, reply));
    return true;
  }

  static void check_narrowed(const service::live_run& run, const dispatch::binding& row,
                             const chosen_request& chosen) {
    expect(row.when_narrowed);
    expect(chosen.company.empty() || chosen.company == run.facts.company);
    expect(chosen.agent.empty() || chosen.agent == run.facts.agent);
    expect(run.live(service::now_ms()));
  }

  void keep(const protocol::integration_fetch_reply& reply, const chosen_request& chosen) {
    const std::string begin =
        std::string(chosen.company) + "/" + std::string(chosen.integration) + "/";
    expect(protocol::as_text(reply.value.value).starts_with(begin));
  }
  void keep(const protocol::ticket_issue_reply& reply, const chosen_request&) {
    ticket_ = protocol::as_text(reply.ticket.value);
  }
  void keep(const protocol::token_fetch_reply& reply, const chosen_request& chosen) {
    token_ = protocol::as_text(reply.value.value);
    token_owner_ = std::string(chosen.company) + "/" + std::string(chosen.agent);
  }
  void keep(const protocol::token_validate_reply&, const chosen_request& chosen) {
    expect(token_owner_ == std::string(chosen.company) + "/" + std::string(chosen.agent));
  }
  template <class Reply>
  void keep(const Reply&, const chosen_request&) {}

  tests::daemon_without_sockets home_{policy_text};
  log::log_budget budget_;
  std::vector<dispatch::peer> peers_;
  std::vector<std::byte> out_ = std::vector<std::byte>(dispatch::reply_size_max);
  std::string ticket_ = "none", token_ = "none", token_owner_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& arena = secret::open_process_arena({.allow_unlocked = true});
  static_cast<void>(arena);
  log::set_level(log::level::error);
  choices input({data, size});
  conversation talk;
  for (int steps = 0; !input.empty() && steps < 200; ++steps) talk.step(input);
  talk.end();
  return 0;
}
