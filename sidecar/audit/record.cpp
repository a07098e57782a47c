#include "audit/record.hpp"

#include <algorithm>

#include "protocol/text.hpp"

namespace coffer::audit {
namespace {

constexpr std::size_t numbers_size = 4 + 4 + 2 + 1 + 8;

template <class Number>
std::byte* put(Number value, std::byte* out) noexcept {
  for (int shift = 8 * (sizeof value - 1); shift >= 0; shift -= 8)
    *out++ = static_cast<std::byte>(value >> shift);
  return out;
}

std::byte* put_text(std::string_view text, std::byte* out) noexcept {
  text = protocol::cut_text(text, text_size_max);
  *out++ = static_cast<std::byte>(text.size());
  std::ranges::copy(std::as_bytes(std::span(text)), out);  // it may be null
  return out + text.size();
}

template <class Number>
void take(std::span<const std::byte>& in, Number& out) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof out; ++i)
    value = value << 8 | std::to_integer<unsigned>(in[i]);
  out = static_cast<Number>(value);
  in = in.subspan(sizeof out);
}

bool take_text(std::span<const std::byte>& in, std::string_view& out) noexcept {
  if (in.empty()) return false;
  const auto size = std::to_integer<std::size_t>(in[0]);
  if (in.size() < 1 + size) return false;
  out = {reinterpret_cast<const char*>(in.data()) + 1, size};
  in = in.subspan(1 + size);
  return true;
}

}  // namespace

std::size_t encode(const record& one, std::byte* out) noexcept {
  std::byte* const begin = out;
  out += 2;
  out = put(one.uid, out);
  out = put(one.pid, out);
  out = put(one.outcome, out);
  out = put(one.operation, out);
  out = put(one.version, out);
  for (const auto text : {one.rule, one.company, one.subject, one.agent, one.run})
    out = put_text(text, out);
  put(static_cast<std::uint16_t>(out - begin - 2), begin);
  return static_cast<std::size_t>(out - begin);
}

std::optional<record> decode(std::span<const std::byte>& in) noexcept {
  if (in.size() < 2) return std::nullopt;
  std::uint16_t size = 0;
  take(in, size);
  if (size < numbers_size || size > in.size()) return std::nullopt;
  auto body = in.first(size);
  in = in.subspan(size);
  record out;
  take(body, out.uid);
  take(body, out.pid);
  take(body, out.outcome);
  take(body, out.operation);
  take(body, out.version);
  for (auto* text : {&out.rule, &out.company, &out.subject, &out.agent, &out.run})
    if (!take_text(body, *text)) return std::nullopt;
  if (!body.empty()) return std::nullopt;
  return out;
}

}  // namespace coffer::audit
