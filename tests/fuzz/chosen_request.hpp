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
#include <vector>

#include "protocol/types.hpp"
#include "tests/fuzz/choices.hpp"
#include "tests/fuzz/who_may.hpp"

namespace coffer::tests {

/// How every value of an integration begins, so that one is recognised wherever it appears.
inline constexpr std::string_view value_mark = "S3CRET/";

/// What a caller may have got hold of; the first of each is nobody's.
struct known_texts {
  std::vector<std::string> tickets{"none"}, tokens{"none"}, kids{"none"};
  unsigned values = 0;  ///< how many were made up: no two are the same
};

/// A visitor of a request's fields. What it fills in points into itself and the given texts.
class chosen_request {
 public:
  chosen_request(choices& from, known_texts& known) : from_(from), known_(known) {}

  void operator()(std::uint8_t, std::string_view name, protocol::identifier& field) {
    field.value = identifier(name);
    if (name == "company") names.company = field.value;
    if (name == "integration") names.integration = field.value;
    if (name == "agent") names.agent = field.value;
    if (name == "run") names.run = field.value;
  }
  template <std::size_t Max>
  void operator()(std::uint8_t, std::string_view name, protocol::text<Max>& field) {
    static constexpr std::array<std::string_view, 6> scopes{
        "memory:read", "tools:* memory:read", "*", "memory:write", "a,b", "tools:call:x"};
    field.value = name == "operation" ? operation() : from_.of(scopes);
  }
  void operator()(std::uint8_t, std::string_view, std::uint64_t& field) {
    static constexpr std::array<std::uint64_t, 8> numbers{
        1,
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
  void operator()(std::uint8_t, std::string_view name, protocol::secret_bytes& field) {
    if (name == "ticket" || name == "token") {
      value_ = one_of(name == "ticket" ? known_.tickets : known_.tokens);
      if (from_.next() % 8 == 7) value_.back() ^= 1;
    } else {  // whose it is
      value_ = std::string(value_mark) + std::string(names.company) + "/" +
               std::string(names.integration) + "/" + std::to_string(++known_.values);
    }
    field.value = std::as_bytes(std::span(value_));
  }
  template <class Field>
  void operator()(std::uint8_t tag, std::string_view name, std::optional<Field>& field) {
    if (from_.next() % 3 != 0) return;
    (*this)(tag, name, field.emplace());
  }

  named names;  ///< that were filled in

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
    if (name == "kid") return one_of(known_.kids);
    return from_.of(others);
  }
  std::string_view operation() {
    const std::size_t one = from_.next() % (protocol::operations.size() + 1);
    return one < protocol::operations.size() ? protocol::operations[one].name : "nonsense";
  }
  // The newest first: 0 is what was learned last.
  const std::string& one_of(const std::vector<std::string>& texts) {
    return texts[texts.size() - 1 - from_.next() % texts.size()];
  }

  choices& from_;
  known_texts& known_;
  std::string value_;
};

}  // namespace coffer::tests
