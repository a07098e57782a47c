// One request on its way through an operation.
#pragma once

#include <string>

#include "dispatch/context.hpp"
#include "dispatch/peer.hpp"
#include "protocol/frame.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"

namespace coffer::dispatch {

/// What an operation needs and where its reply goes. Operations append the fields of the reply; the
/// dispatcher writes the header, or an error in place of the fields.
struct call {
  context& daemon;
  peer& from;
  protocol::bytes_view fields;
  protocol::writer& reply;
  bool may_block;  ///< on a worker: the store may be asked
};

/// Whether an operation answered, or must be called again where it may block.
enum class progress : std::uint8_t { answered, must_block };

using handler = result<progress> (*)(call&);

/// Decodes the request of a call; the failure names the field.
template <class Request>
result<void> decode(const call& one, Request& request) {
  const auto error = protocol::decode_message(one.fields, request);
  if (!error) return {};
  std::string text(text_of(error->code));
  if (!error->field.empty()) text += ": " + std::string(error->field);
  return failure(error->code, std::move(text));
}

/// Appends a whole message as the reply.
template <class Reply>
progress answer(call& one, const Reply& reply) {
  Reply::fields(reply, one.reply);
  return progress::answered;
}

// The operations, one file each.
result<progress> hello(call& one);
result<progress> ping(call& one);
result<progress> status(call& one);
result<progress> integration_set(call& one);
result<progress> integration_show(call& one);
result<progress> integration_list(call& one);
result<progress> integration_rotate(call& one);
result<progress> integration_delete(call& one);
result<progress> integration_fetch(call& one);

}  // namespace coffer::dispatch
