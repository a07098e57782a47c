// Runs a test vector against the codec.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/messages.hpp"
#include "protocol/reader.hpp"
#include "tests/contract/vectors/vector_case.hpp"

namespace coffer::vectors {

/// Everything in which the codec and the case differ; empty: the case passes. Throws when the case
/// itself makes no sense.
std::vector<std::string> run(const vector_case& one);

/// The limit of the side that reads the case.
protocol::frame_limit limit_of(const vector_case& one);

/// Calls `visit(message)` with an empty message of the type that a frame of the case decodes to.
/// Throws if there is none.
template <class Visit>
void with_message_of(const vector_case& one, const protocol::header& head, Visit&& visit) {
  if (head.flags & protocol::flag_error) return visit(protocol::error_reply{});
  bool found = false;
  protocol::for_each_operation([&](protocol::opcode op, auto request, auto reply) {
    if (static_cast<std::uint8_t>(op) != head.opcode) return;
    found = true;
    if (one.kind == "request")
      visit(std::move(request));
    else
      visit(std::move(reply));
  });
  if (!found) throw std::runtime_error(one.name + ": no message of this opcode");
}

}  // namespace coffer::vectors
