// Fills the fields of any request from a fuzzer's bytes: names from a small dictionary, so that
// requests meet, and now and then what is wrong.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/types.hpp"

namespace coffer::tests {

/// A fuzzer's bytes, one by one; zeros behind their end.
class choices {
 public:
  explicit choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool empty() const noexcept { return bytes_.empty(); }
  std::uint8_t next() noexcept {
    if (bytes_.empty()) return 0;
    const std::uint8_t one = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return one;
  }
  template <std::size_t Size>
  std::string_view of(const std::array<std::string_view, Size>& words) noexcept {
    return words[next() % Size];
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

/// A visitor of a request's fields. What it fills in points into itself and the given texts.
class chosen_request {
 public:
  /// `ticket` and `token`: those that were issued last.
  chosen_request(choices& from, std::string_view ticket, std::string_view token)
      : from_(from), ticket_(ticket), token_(token) {}

  void operator()(std::uint8_t, std::string_view name, protocol::identifier& field) {
    field.value = identifier(name);
    if (name == "company") company = field.value;
    if (name == "integration") integration = field.value;
    if (name == "agent") agent = field.value;
  }
  template <std::size_t Max>
  void operator()(std::uint8_t, std::string_view name, protocol::text<Max>& field) {
    static constexpr std::array<std::string_view, 4> operations{"integration_fetch", "token_fetch",
                                                                "narrow", "nonsense"};
    static constexpr std::array<std::string_view, 5> scopes{"memory:read", "tools:* memory:read",
                                                            "*", "memory:write", "a,b"};
    field.value = name == "operation" ? from_.of(operations) : from_.of(scopes);
  }
  void operator()(std::uint8_t, std::string_view, std::uint64_t& field) {
    constexpr std::array<std::uint64_t, 8> numbers{1,
                                                   0,
                                                   2,
                                                   3,
                                                   60'000,
                                                   4'000'000'000'000,
                                                   std::uint64_t{1} << 63,
                                                   std::numeric_limits<std::uint64_t>::max()};
    field = numbers[from_.next() % numbers.size()];
  }
  void operator()(std::uint8_t, std::string_view, bool& field) { field = (from_.next() & 1) != 0; }
  // The value of an integration says whose it is.
  void operator()(std::uint8_t, std::string_view name, protocol::secret_bytes& field) {
    value_ =
        std::string(company) + "/" + std::string(integration) + "/" + std::to_string(from_.next());
    if (name == "ticket") value_ = ticket_;
    if (name == "token") value_ = token_;
    if (name != "value" && from_.next() % 8 == 7) value_.back() ^= 1;
    field.value = std::as_bytes(std::span(value_));
  }
  template <class Field>
  void operator()(std::uint8_t tag, std::string_view name, std::optional<Field>& field) {
    if (from_.next() % 3 != 0) return;
    (*this)(tag, name, field.emplace());
  }

  std::string_view company, integration, agent;  ///< that were filled in

 private:
  std::string_view identifier(std::string_view name) {
    static constexpr std::array<std::string_view, 5> companies{"cmp_a", "cmp_a", "cmp_a", "cmp_b",
                                                               "cmp_c"};
    static constexpr std::array<std::string_view, 3> integrations{"slack", "slack", "github"};
    static constexpr std::array<std::string_view, 3> agents{"agt_1", "agt_1", "agt_2"};
    static constexpr std::array<std::string_view, 3> runs{"run_1", "run_1", "run_2"};
    static constexpr std::array<std::string_view, 3> others{"a", "no such", "z"};
    if (name == "company") return from_.of(companies);
    if (name == "integration") return from_.of(integrations);
    if (name == "agent") return from_.of(agents);
    if (name == "run") return from_.of(runs);
    return from_.of(others);
  }

  choices& from_;
  std::string_view ticket_, token_;
  std::string value_;
};

}  // namespace coffer::tests
