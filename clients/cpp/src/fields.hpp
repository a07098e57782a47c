// Between the library's types and the protocol's, which are views.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "protocol/types.hpp"

namespace coffer {

/// However a call ends, its request and its reply are overwritten: either may hold a value.
class client::wiped_after_use {
 public:
  explicit wiped_after_use(connection& used) : used_(used) {}
  ~wiped_after_use() { used_.forget(); }
  wiped_after_use(const wiped_after_use&) = delete;
  wiped_after_use& operator=(const wiped_after_use&) = delete;

 private:
  connection& used_;
};

std::string owned(const auto& field) { return std::string(field.value); }

template <class Field>
std::optional<std::string> owned(const std::optional<Field>& field) {
  if (!field) return std::nullopt;
  return std::string(field->value);
}

/// An optional field that views `text`, which must live as long.
template <class Field>
std::optional<Field> field_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return Field{*text};
}

template <class Field>
std::optional<Field> field_of(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return Field{*text};
}

inline protocol::secret_bytes bytes_of(std::string_view value) {
  return {std::as_bytes(std::span(value))};
}

/// Milliseconds as they go over the wire. Throws invalid_argument when negative.
inline std::optional<std::uint64_t> count_of(std::optional<std::chrono::milliseconds> span,
                                             const char* name) {
  if (!span) return std::nullopt;
  if (span->count() < 0) throw invalid_argument(std::string(name) + ": a duration is not negative");
  return static_cast<std::uint64_t>(span->count());
}

}  // namespace coffer
