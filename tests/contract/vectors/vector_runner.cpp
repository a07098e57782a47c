#include "tests/contract/vectors/vector_runner.hpp"

#include <algorithm>
#include <stdexcept>

#include "protocol/writer.hpp"
#include "tests/contract/vectors/message_comparison.hpp"

namespace coffer::vectors {
namespace {

using namespace protocol;
using mismatches = std::vector<std::string>;

std::string or_none(const std::optional<std::string>& value) { return value.value_or("(none)"); }

void expect_outcome(const vector_case& one, std::string_view outcome,
                    const std::optional<std::string>& field, mismatches& out) {
  if (outcome != one.outcome)
    out.push_back("outcome is " + std::string(outcome) + ", not " + one.outcome);
  if (field != one.field)
    out.push_back("field is " + or_none(field) + ", not " + or_none(one.field));
}

std::string_view outcome_of(const split_result& result) {
  if (result.status == split_status::complete) return "ok";
  return result.status == split_status::incomplete ? "incomplete" : name_of(result.error);
}

mismatches run_stream(const vector_case& one) {
  mismatches out;
  std::vector<std::size_t> frames;
  bytes_view rest(one.bytes);
  split_result last{.status = split_status::complete};
  while (!rest.empty()) {
    last = split(rest, limit_of(one));
    if (last.status != split_status::complete) break;
    frames.push_back(last.size);
    rest = rest.subspan(last.size);
  }
  expect_outcome(one, outcome_of(last), std::nullopt, out);
  if (frames != one.frames) out.push_back("sizes of the frames differ");
  const bool more = last.status == split_status::incomplete;
  if (more != one.missing.has_value() || (more && last.missing != *one.missing))
    out.push_back("missing is " + std::to_string(last.missing));
  return out;
}

// What the header must say for the case to be of its op and kind.
void expect_header(const vector_case& one, const header& head, mismatches& out) {
  if (one.request_id != head.request_id) out.push_back("request id differs");
  if ((one.kind == "reply") != ((head.flags & flag_reply) != 0)) out.push_back("kind differs");
  const auto* row = find_operation(head.opcode);
  const auto op = row ? std::optional<std::string>(row->name) : std::nullopt;
  if (op != one.op) out.push_back("operation is " + or_none(op) + ", not " + or_none(one.op));
}

template <class Message>
void expect_message(const vector_case& one, const Message& message, const header& head,
                    mismatches& out) {
  if (!one.message) return out.push_back("it decodes, and no message is expected");
  message_comparison compare(*one.message);
  Message::fields(message, compare);
  std::ranges::move(std::move(compare).mismatches(), std::back_inserter(out));
  std::vector<std::byte> again(one.bytes.size());
  again.resize(encode_message(message, head.opcode, head.flags, head.request_id, again));
  if (again.empty()) out.push_back("it does not encode into as many bytes");
  if (std::ranges::equal(again, one.bytes) != one.canonical)
    out.push_back("encoding again contradicts canonical");
}

void run_message(const vector_case& one, const frame& whole, mismatches& out) {
  with_message_of(one, whole.head, [&](auto message) {
    const auto error = decode_message(whole.fields, message);
    if (!error) {
      expect_outcome(one, "ok", std::nullopt, out);
      return expect_message(one, message, whole.head, out);
    }
    const auto field =
        error->field.empty() ? std::nullopt : std::optional<std::string>(error->field);
    expect_outcome(one, name_of(error->code), field, out);
  });
}

mismatches run_frame(const vector_case& one) {
  mismatches out;
  const auto result = split(one.bytes, limit_of(one));
  if (result.status != split_status::complete) {
    expect_outcome(one, outcome_of(result), std::nullopt, out);
    return out;
  }
  if (result.size != one.bytes.size()) out.push_back("it is not one frame");
  expect_header(one, result.value.head, out);
  if (one.kind == "request" && !find_operation(result.value.head.opcode))
    expect_outcome(one, "unknown_operation", std::nullopt, out);
  else
    run_message(one, result.value, out);
  return out;
}

}  // namespace

frame_limit limit_of(const vector_case& one) {
  if (one.side == "daemon") return request_limit;
  if (one.side == "client") return any_frame;
  throw std::runtime_error(one.name + ": unknown side");
}

std::vector<std::string> run(const vector_case& one) {
  if (one.kind == "stream") return run_stream(one);
  if (one.kind == "request" || one.kind == "reply") return run_frame(one);
  throw std::runtime_error(one.name + ": unknown kind");
}

}  // namespace coffer::vectors
