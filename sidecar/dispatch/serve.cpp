#include "dispatch/serve.hpp"

#include <exception>
#include <new>
#include <optional>

#include "dispatch/table.hpp"
#include "log/log.hpp"
#include "protocol/message/error.hpp"
#include "secret/wipe.hpp"

namespace coffer::dispatch {
namespace {

// An error that a stranger or a broken peer causes is worth a line, a missing name is not.
log::level severity_of(errc code) noexcept {
  switch (code) {
    case errc::tampered:
    case errc::key_unavailable:
    case errc::store_unavailable:
    case errc::audit_unavailable:
    case errc::internal:
      return log::level::error;
    case errc::not_found:
    case errc::already_exists:
    case errc::version_conflict:
    case errc::run_ended:
    case errc::token_expired:
      return log::level::debug;
    default:
      return log::level::warning;
  }
}

// The reason is logged once, here; the peer learns the code and its text. Without memory for the
// line, the request is refused without one.
void log_refusal(const peer& from, const protocol::frame& request, const failure& why) noexcept
    try {
  const auto suppressed = from.log_budget.take();
  if (!suppressed) return;
  const auto* operation = protocol::find_operation(request.head.opcode);
  log::write(severity_of(why.code), "refused",
             {{"error", name_of(why.code)},
              {"operation", operation ? operation->name : "unknown"},
              {"uid", from.who->uid},
              {"pid", from.who->pid},
              {"rule", from.may->rules()},
              {"text", why.message()},
              {"suppressed", *suppressed}});
} catch (const std::bad_alloc&) { return; }

failure denial(policy::right needed) {
  return failure(errc::denied, "not allowed (this needs the right \"" +
                                   std::string(policy::name_of(needed)) +
                                   "\"); ask the operator of this host, whose log names the rule");
}

// A user without any rule is let in only to redeem a ticket that was issued to it (P9.9).
bool may_redeem_only(call& one) {
  if (!one.row || one.from.run) return false;
  const bool redeems = one.row->code == protocol::opcode::ticket_redeem;
  const bool greets = one.row->code == protocol::opcode::hello;
  return (redeems || greets) && one.daemon.tickets.wait_for(one.from.who->uid, one.now.latest);
}

result<progress> run(call& one, const protocol::frame& request) {
  const binding* row = one.row;
  if (request.head.flags != 0) return failure(errc::malformed_frame);
  // Strangers learn nothing, not even which operations exist.
  const bool redeems_only = !one.from.may->allows(policy::right::connect) && may_redeem_only(one);
  if (!redeems_only && !one.from.may->allows(policy::right::connect))
    return denial(policy::right::connect);
  const bool hello = row && row->code == protocol::opcode::hello;
  if (hello && one.from.greeted) return failure(errc::unexpected_hello);
  if (!hello && !one.from.greeted) return failure(errc::hello_expected);
  if (!row) return failure(errc::unknown_operation);
  if (one.from.run && !row->when_narrowed)
    return failure(errc::denied, "this connection is narrowed to a run: it fetches, and no more");
  if (!redeems_only && !one.from.may->allows(row->needed)) return denial(row->needed);
  if (row->runs == place::worker && !one.may_block) return progress::must_block;
  return row->run(one);
}

// What became of a request.
struct outcome {
  bool must_block = false;
  std::optional<failure> refused{};  ///< nullopt: it is answered
};

// A change that has begun may have been made before the memory ran out.
errc out_of_memory(const call& one) noexcept {
  return one.note.outcome == audit::begun ? errc::outcome_unknown : errc::overloaded;
}

outcome run_guarded(call& one, const protocol::frame& request) noexcept {
  try {
    const auto done = run(one, request);
    if (!done) return {.refused = done.error()};
    return {.must_block = *done == progress::must_block};
  } catch (const std::bad_alloc&) {
    return {.refused = failure(out_of_memory(one))};
  } catch (const std::exception& error) {
    try {
      log::error("operation_failed", {{"reason", error.what()}});
    } catch (const std::bad_alloc&) {}
    return {.refused = failure(errc::internal)};
  }
}

std::size_t write_error(const failure& why, const protocol::header& request,
                        protocol::bytes_span out) noexcept {
  const protocol::error_reply reply{
      static_cast<std::uint64_t>(why.code), {name_of(why.code)}, {why.message()}};
  return encode_message(reply, request.opcode, protocol::flag_reply | protocol::flag_error,
                        request.request_id, out, protocol::contents::mended);
}

// After these, the peer and we no longer agree on where frames begin, or it has no business here.
bool ends_connection(errc code, const peer& from) noexcept {
  return code == errc::malformed_frame || code == errc::frame_too_large || !from.greeted;
}

// Errors that tell what is stored, and so are for callers with a right to it only (P8.4).
bool tells_what_is_stored(errc code) noexcept {
  return code == errc::not_found || code == errc::already_exists ||
         code == errc::version_conflict || code == errc::tampered || code == errc::key_unavailable;
}

// Deny by default must not rest on every operation's memory: one that answers without having asked
// permit() is a bug, and its caller gets nothing of the answer.
void insist_on_permission(const call& one, outcome& done, protocol::bytes_span out) noexcept {
  if (one.permitted || done.must_block) return;
  if (done.refused && !tells_what_is_stored(done.refused->code)) return;
  secret::wipe(out);
  done.refused = failure(errc::internal);
  try {
    log::error("answered_without_permission",
               {{"operation", protocol::find_operation(one.note.operation)->name},
                {"action", "this is a bug of cofferd: report it"}});
  } catch (const std::bad_alloc&) {}
}

// Puts the outcome on record, which must be there before the reply may leave. In place of an answer
// that cannot be recorded there is none.
void record_outcome(call& one, outcome& done, protocol::bytes_span out) noexcept {
  if (!one.row || one.row->trail == audited::no) return;
  audit::record& note = one.note;
  note.outcome = done.refused ? static_cast<std::uint16_t>(done.refused->code) : 0;
  if (note.rule.empty()) note.rule = one.from.may->rules();
  if (one.daemon.spool.append(note) || done.refused) return;
  secret::wipe(out);
  done.refused = failure(errc::audit_unavailable);
}

// Only now, since what is not on record has not happened.
void become(call& one) noexcept {
  if (!one.becomes.run) return;
  one.from.run = std::move(one.becomes.run);
  if (!one.becomes.authorised) return;
  one.from.authorised = std::move(one.becomes.authorised);
  one.from.may = std::move(one.becomes.may);
}

}  // namespace

served serve(context& daemon, peer& from, const protocol::frame& request, bool may_block,
             store::time_bounds now, protocol::bytes_span out) noexcept {
  return serve_by(find_binding(request.head.opcode), daemon, from, request, may_block, now, out);
}

served serve_by(const binding* row, context& daemon, peer& from, const protocol::frame& request,
                bool may_block, store::time_bounds now, protocol::bytes_span out) noexcept {
  protocol::writer reply(out, protocol::contents::mended);
  call one(daemon, from, request, reply, may_block);
  one.now = now;
  one.row = row;
  one.note.uid = from.who->uid;
  one.note.pid = static_cast<std::uint32_t>(from.who->pid);
  one.note.operation = request.head.opcode;
  outcome done = run_guarded(one, request);
  if (done.must_block)
    return {.deferred = true,
            .exclusive = protocol::find_operation(one.note.operation)->exclusive,
            .change = one.row->trail == audited::change};
  insist_on_permission(one, done, out);
  record_outcome(one, done, out);
  if (!done.refused) become(one);
  daemon.facts.requests.fetch_add(1, std::memory_order_relaxed);
  std::size_t size = 0;
  if (!done.refused)
    size = reply.finish(request.head.opcode, protocol::flag_reply, request.head.request_id);
  if (size > 0) return {.reply_size = size};
  if (!done.refused) done.refused = failure(errc::internal);
  log_refusal(from, request, *done.refused);
  return {.reply_size = write_error(*done.refused, request.head, out),
          .close = ends_connection(done.refused->code, from)};
}

std::size_t refuse(errc code, const protocol::header& request, protocol::bytes_span out) noexcept {
  return write_error(failure(code), request, out);
}

}  // namespace coffer::dispatch
