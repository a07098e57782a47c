// Every operation in any order on several connections of one daemon, which restarts now and then.
// Each answer and each refusal is compared with a model, and everything is on record.
#include <array>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <vector>

#include "dispatch/table.hpp"
#include "log/log.hpp"
#include "secret/arena.hpp"
#include "tests/fuzz/expected_daemon.hpp"
#include "tests/in_process/daemon_without_sockets.hpp"

using namespace coffer;
using tests::choices;
using tests::chosen_request;
using tests::expect;

namespace {

constexpr std::size_t connections = 8;
constexpr std::size_t steps_max = 200;

bool holds(protocol::bytes_view bytes, std::string_view text) {
  return protocol::as_text(bytes).find(text) != std::string_view::npos;
}

// No value, no token, no ticket.
void expect_no_secret(protocol::bytes_view bytes) {
  expect(!holds(bytes, tests::value_mark) && !holds(bytes, "cagt_") && !holds(bytes, "ctkt_"));
}

constexpr bool hands_over(protocol::opcode code) {
  using enum protocol::opcode;
  return code == integration_fetch || code == token_fetch || code == ticket_issue;
}

struct connection {
  dispatch::peer peer;
  tests::expected_peer expected;
};

class conversation {
 public:
  conversation() { connect_all(); }

  void step(choices& input) {
    const std::size_t at = input.next() % connections;
    const std::size_t wanted = input.next() % (protocol::operations.size() + 3);
    std::size_t number = 0;
    protocol::for_each_operation([&](protocol::opcode code, auto request, auto reply) {
      if (number++ == wanted) ask(*open_[at], code, request, reply, input);
    });
    if (wanted == number) open_[at].emplace(connect(at, input.next() % 4 != 3));
    if (wanted == number + 1) keep_house();
    if (wanted == number + 2) restart();
  }

  // What is in the spool goes to the store, and all of it verifies.
  void end() {
    const auto chains = home_.context().trail.verify();
    expect(chains.has_value() && chains->size() <= 1);
    for (const audit::verdict& one : *chains)
      expect(one.intact && one.records == home_.spool().end().sequence);
    const auto chunk = home_.database().audit().after(home_.spool().chain(), 0);
    if (chunk) expect_no_secret(chunk->blocks);
  }

 private:
  connection connect(std::size_t at, bool greeted) {
    const std::size_t caller = at % tests::callers;
    return {home_.connect(static_cast<uid_t>(caller), budget_, greeted),
            {.caller = caller, .authority = caller, .greeted = greeted}};
  }
  void connect_all() {
    for (std::size_t at = 0; at < connections; ++at) open_[at].emplace(connect(at, true));
  }
  void keep_house() {
    expect(home_.context().trail.ship_some().has_value());
    home_.context().runs.sweep();
    home_.spool().prepare();
  }
  void restart() {
    for (auto& one : open_) one.reset();
    home_.restart();
    model_.restarted();
    connect_all();
  }

  template <class Request, class Reply>
  void ask(connection& from, protocol::opcode code, Request request, Reply reply, choices& input) {
    chosen_request chosen(input, model_.known);
    Request::fields(request, chosen);
    std::vector<std::byte> frame(2048);
    frame.resize(protocol::encode_message(request, static_cast<std::uint8_t>(code), 0, 7, frame));
    tell(from, code, chosen.names);
    model_.tick();
    const std::uint64_t recorded = home_.spool().end().sequence;
    const protocol::frame answer = serve(from, frame);
    const bool failed = (answer.head.flags & protocol::flag_error) != 0;
    const errc error = failed ? error_of(answer) : errc{};
    tell(error);
    if (failed) {
      model_.refused(from.expected, code, chosen.names, request, error);
    } else {
      expect(!protocol::decode_message(answer.fields, reply));
      model_.answered(from.expected, code, chosen.names, request, reply);
    }
    if (error != errc{} || !hands_over(code)) expect_no_secret(answer.fields);
    expect_as_modelled(from);
    expect_on_record(from, code, chosen.names, recorded, error);
  }

  // What happens, for people who look into a crash.
  void tell(const connection& from, protocol::opcode code, const tests::named& names) const {
    if (!telling_) return;
    const auto* row = protocol::find_operation(static_cast<std::uint8_t>(code));
    std::cerr << "uid " << from.expected.caller << (from.expected.narrowed ? ", narrowed" : "")
              << ": " << row->name;
    for (const auto name : {names.company, names.integration, names.agent, names.run})
      if (!name.empty()) std::cerr << ' ' << name;
    std::cerr << std::flush;
  }
  void tell(errc error) const {
    if (telling_) std::cerr << ": " << (error == errc{} ? "done" : name_of(error)) << '\n';
  }

  // The answer points into `out_`.
  protocol::frame serve(connection& from, protocol::bytes_view frame) {
    const auto request = protocol::split(frame, protocol::any_frame).value;
    auto& daemon = home_.context();
    const auto now = daemon.contact.clock().now();
    auto done = dispatch::serve(daemon, from.peer, request, false, now, out_);
    if (done.deferred) done = dispatch::serve(daemon, from.peer, request, true, now, out_);
    home_.spool().commit();
    expect(!done.deferred && done.reply_size <= out_.size());
    const auto whole = protocol::split({out_.data(), done.reply_size}, protocol::any_frame);
    expect(whole.status == protocol::split_status::complete && whole.size == done.reply_size);
    expect(whole.value.head.request_id == 7 && whole.value.head.opcode == request.head.opcode);
    return whole.value;
  }

  static errc error_of(const protocol::frame& answer) {
    protocol::error_reply error;
    expect(!protocol::decode_message(answer.fields, error));
    expect(describe(static_cast<errc>(error.code)) != nullptr && !error.text.value.empty());
    return static_cast<errc>(error.code);
  }

  // A narrowing is what its answer said, and stays.
  static void expect_as_modelled(const connection& from) {
    expect(from.peer.greeted == from.expected.greeted);
    expect((from.peer.run != nullptr) == (from.expected.narrowed != nullptr));
    if (!from.peer.run) return;
    const store::run& run = from.peer.run->facts;
    const tests::expected_run& due = *from.expected.narrowed;
    expect(run.company == due.company && run.agent == due.agent && run.id == due.id);
    expect(run.epoch == due.epoch && from.peer.authorised->uid == from.expected.authority);
  }

  // A change has a record before it and one after it; what is not audited has none.
  void expect_on_record(const connection& from, protocol::opcode code, const tests::named& names,
                        std::uint64_t before, errc error) {
    const auto* row = dispatch::find_binding(static_cast<std::uint8_t>(code));
    const std::uint64_t added = home_.spool().end().sequence - before;
    if (row->trail == dispatch::audited::no) return expect(added == 0);
    const bool twice = row->trail == dispatch::audited::change && error == errc{};
    expect(added == 1 || (added == 2 && row->trail == dispatch::audited::change));
    expect(!twice || added == 2);
    const auto chunk = home_.spool().read_after(before, 1 << 20);
    expect(chunk.has_value() && chunk->last == before + added);
    expect_no_secret(chunk->blocks);
    std::span<const std::byte> rest = chunk->blocks;
    while (const auto one = audit::read_block(rest))
      audit::read_records(*one, [&](const audit::record& entry) {
        check(entry, from, code, names, entry.sequence == chunk->last, error);
        return true;
      });
  }

  static void check(const audit::record& entry, const connection& from, protocol::opcode code,
                    const tests::named& names, bool last, errc error) {
    expect(entry.uid == from.expected.caller && entry.pid == 1 && !entry.rule.empty());
    expect(entry.operation == static_cast<std::uint8_t>(code));
    expect(entry.outcome == (last ? static_cast<std::uint16_t>(error) : audit::begun));
    if (error != errc{}) return;  // it may not have come as far as its names
    const tests::run_of run = from.expected.narrowed;
    expect(entry.company == (run ? run->company : names.company));
    if (run) expect(entry.agent == run->agent && entry.run == run->id);
  }

  const bool telling_ = std::getenv("COFFER_FUZZ_TELL") != nullptr;
  tests::daemon_without_sockets home_{tests::policy_text};
  log::log_budget budget_;
  tests::expected_daemon model_;
  std::array<std::optional<connection>, connections> open_;
  std::vector<std::byte> out_ = std::vector<std::byte>(dispatch::reply_size_max);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& arena = secret::open_process_arena({.allow_unlocked = true});
  static_cast<void>(arena);
  log::set_level(log::level::error);
  choices input({data, size});
  conversation talk;
  for (std::size_t steps = 0; !input.empty() && steps < steps_max; ++steps) talk.step(input);
  talk.end();
  return 0;
}
