// One request on its way through an operation.
#pragma once

#include <string>

#include "audit/record.hpp"
#include "dispatch/context.hpp"
#include "dispatch/peer.hpp"
#include "protocol/frame.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"

namespace coffer::dispatch {

struct binding;

/// What an operation needs and where its reply goes. Operations append the fields of the reply; the
/// dispatcher writes the header, or an error in place of the fields.
struct call {
  // Without it the whole call would be filled with zeros first, which is slow for its size.
  call(context& to, peer& asker, const protocol::frame& request, protocol::writer& out,
       bool blocks) noexcept
      : daemon(to), from(asker), fields(request.fields), reply(out), may_block(blocks) {}

  context& daemon;
  peer& from;
  protocol::bytes_view fields;
  protocol::writer& reply;
  bool may_block;          ///< on a worker: the store may be asked
  store::time_bounds now;  ///< by the store's clock
  const binding* row = nullptr;
  policy::target target;    ///< what the request names
  audit::record note;       ///< what its audit record says: views into request and peer
  service::run_handle run;  ///< the run it concerns
  peer_change becomes;      ///< what the connection is from its reply on, once that is on record
  std::string subject;      ///< for a note about something that the request does not name
  bool permitted = false;   ///< permit() was asked, and said yes
};

/// Whether an operation answered, or must be called again where it may block.
enum class progress : std::uint8_t { answered, must_block };

using handler = result<progress> (*)(call&);

/// Whether the policy lets the caller do it to the call's target, and, for a change, that its
/// beginning is on record. It marks the call: serve() keeps back what a call without the mark
/// answers. Errors: denied, run_ended, audit_unavailable.
result<void> permit(call& one);

/// Finds the run that the request names, if it does, or else the connection's own, and permits what
/// is asked of it. Errors as permit(), and run_ended.
result<progress> enter_run(call& one);

/// Takes from a request the names that the policy and the audit record look at. Inlined always:
/// then the fields' names are compared when it is compiled.
class name_reader {
 public:
  explicit name_reader(call& one) noexcept : call_(one) {}

  [[gnu::always_inline]] void operator()(std::uint8_t, std::string_view name,
                                         const protocol::identifier& value) {
    if (name == "company") call_.target.company = call_.note.company = value.value;
    if (name == "integration") call_.target.integration = call_.note.subject = value.value;
    if (name == "kid") call_.note.subject = value.value;
    if (name == "agent") call_.target.agent = call_.note.agent = value.value;
    if (name == "run") call_.note.run = value.value;
  }
  [[gnu::always_inline]] void operator()(std::uint8_t tag, std::string_view name,
                                         const std::optional<protocol::identifier>& value) {
    if (value) (*this)(tag, name, *value);
  }
  template <class Other>
  void operator()(std::uint8_t, std::string_view, const Other&) const noexcept {}

 private:
  call& call_;
};

/// Requests about a run that do not name its agent: it must be found first, with enter_run().
template <class Request>
concept about_a_run = requires(Request request) {
  request.run;
}
&&!requires(Request request) { request.agent; };

/// Decodes the request of a call and permits it, unless that is up to enter_run(). The failure
/// names the field.
template <class Request>
result<void> decode(call& one, Request& request) {
  const auto error = protocol::decode_message(one.fields, request);
  if (error) {
    std::string text(text_of(error->code));
    if (!error->field.empty()) text += ": " + std::string(error->field);
    return failure(error->code, std::move(text));
  }
  name_reader names(one);
  Request::fields(std::as_const(request), names);
  if constexpr (about_a_run<Request>) return {};
  return permit(one);
}

/// Appends a whole message as the reply.
template <class Reply>
progress answer(call& one, const Reply& reply) {
  Reply::fields(reply, one.reply);
  return progress::answered;
}

/// Names what was acted on, for the audit record, when the request does not.
inline void note_subject(call& one, std::string subject) {
  one.subject = std::move(subject);
  one.note.subject = one.subject;
}

/// A request's page size: 1 to list_entries_max. Errors: invalid_field.
result<std::size_t> page_limit(const std::optional<std::uint64_t>& asked);
/// Whether a request's `expires_at` is a time that can be kept. Errors: invalid_field.
result<void> valid_expiry(const std::optional<std::uint64_t>& expires_at);

}  // namespace coffer::dispatch
