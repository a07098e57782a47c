#include "dispatch/serve.hpp"

#include <exception>
#include <new>

#include "dispatch/table.hpp"
#include "log/log.hpp"
#include "protocol/message/error.hpp"

namespace coffer::dispatch {
namespace {

// An error that a stranger or a broken peer causes is worth a line, a missing name is not.
log::level severity_of(errc code) noexcept {
  switch (code) {
    case errc::tampered:
    case errc::key_unavailable:
    case errc::store_unavailable:
    case errc::internal:
      return log::level::error;
    case errc::not_found:
    case errc::already_exists:
    case errc::version_conflict:
      return log::level::debug;
    default:
      return log::level::warning;
  }
}

// The reason is logged once, here; the peer learns the code and its text.
void log_refusal(const peer& from, const protocol::frame& request, const failure& why) noexcept {
  const auto suppressed = from.log_budget.take();
  if (!suppressed) return;
  const auto* operation = protocol::find_operation(request.head.opcode);
  log::write(severity_of(why.code), "refused",
             {{"error", name_of(why.code)},
              {"operation", operation ? operation->name : "unknown"},
              {"uid", from.who.uid},
              {"pid", from.who.pid},
              {"rule", from.may.rules()},
              {"text", why.message()},
              {"suppressed", *suppressed}});
}

failure denial(policy::right needed) {
  return failure(errc::denied, "not allowed (this needs the right \"" +
                                   std::string(policy::name_of(needed)) +
                                   "\"); ask the operator of this host, whose log names the rule");
}

result<progress> run(call& one, const protocol::frame& request) {
  const binding* row = find_binding(request.head.opcode);
  if (request.head.flags != 0) return failure(errc::malformed_frame);
  // Strangers learn nothing, not even which operations exist.
  if (!one.from.may.allows(policy::right::connect)) return denial(policy::right::connect);
  const bool hello = row && row->code == protocol::opcode::hello;
  if (hello && one.from.greeted) return failure(errc::unexpected_hello);
  if (!hello && !one.from.greeted) return failure(errc::hello_expected);
  if (!row) return failure(errc::unknown_operation);
  if (!one.from.may.allows(row->needed)) return denial(row->needed);
  if (row->runs == place::worker && !one.may_block) return progress::must_block;
  return row->run(one);
}

result<progress> run_guarded(call& one, const protocol::frame& request) noexcept {
  try {
    return run(one, request);
  } catch (const std::bad_alloc&) {
    return failure(errc::overloaded);
  } catch (const std::exception& error) {
    log::error("operation_failed", {{"reason", error.what()}});
    return failure(errc::internal);
  }
}

std::size_t write_error(const failure& why, const protocol::header& request,
                        protocol::bytes_span out) noexcept {
  const protocol::error_reply reply{
      static_cast<std::uint64_t>(why.code), {name_of(why.code)}, {why.message()}};
  return encode_message(reply, request.opcode, protocol::flag_reply | protocol::flag_error,
                        request.request_id, out);
}

// After these, the peer and we no longer agree on where frames begin, or it has no business here.
bool ends_connection(errc code, const peer& from) noexcept {
  return code == errc::malformed_frame || code == errc::frame_too_large || !from.greeted;
}

}  // namespace

served serve(context& daemon, peer& from, const protocol::frame& request, bool may_block,
             protocol::bytes_span out) noexcept {
  protocol::writer reply(out);
  call one{daemon, from, request.fields, reply, may_block};
  const auto done = run_guarded(one, request);
  if (done && *done == progress::must_block) return {.deferred = true};
  daemon.facts.requests.fetch_add(1, std::memory_order_relaxed);
  std::size_t size = 0;
  if (done) size = reply.finish(request.head.opcode, protocol::flag_reply, request.head.request_id);
  if (size > 0) return {.reply_size = size};
  const failure why = done ? failure(errc::internal) : done.error();
  log_refusal(from, request, why);
  return {.reply_size = write_error(why, request.head, out),
          .close = ends_connection(why.code, from)};
}

std::size_t refuse(errc code, const protocol::header& request, protocol::bytes_span out) noexcept {
  return write_error(failure(code), request, out);
}

}  // namespace coffer::dispatch
