// Compares a decoded message, field by field, with the JSON that a case expects.
#pragma once

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "protocol/types.hpp"
#include "tests/contract/vectors/vector_case.hpp"

namespace coffer::vectors {

/// Visits a message's field list. Afterwards mismatches() names each field that differs, is not
/// expected, or is expected and not there. Values are not repeated: they may be secrets.
class message_comparison {
 public:
  explicit message_comparison(const boost::json::object& expected) : expected_(expected) {}

  template <class T>
  void operator()(std::uint8_t, std::string_view name, const T& value) {
    ++present_;
    const auto* wanted = expected_.if_contains({name.data(), name.size()});
    if (!wanted)
      note(name, " is not expected");
    else if (!equal(value, *wanted))
      note(name, " differs");
  }

  template <class T>
  void operator()(std::uint8_t tag, std::string_view name, const std::optional<T>& value) {
    if (value) (*this)(tag, name, *value);
  }

  /// Call once, after the visit.
  std::vector<std::string> mismatches() && {
    if (present_ < expected_.size()) note("message", " lacks expected fields");
    return std::move(mismatches_);
  }

 private:
  void note(std::string_view name, const char* what) {
    mismatches_.push_back(std::string(name) + what);
  }

  static bool equal_text(std::string_view value, const boost::json::value& wanted) {
    const auto* string = wanted.if_string();
    return string && std::string_view(string->data(), string->size()) == value;
  }
  static bool equal(const protocol::identifier& value, const boost::json::value& wanted) {
    return equal_text(value.value, wanted);
  }
  template <std::size_t Max>
  static bool equal(const protocol::text<Max>& value, const boost::json::value& wanted) {
    return equal_text(value.value, wanted);
  }
  static bool equal(std::uint64_t value, const boost::json::value& wanted) {
    if (wanted.is_string()) return equal_text(std::to_string(value), wanted);
    return wanted.is_number() && wanted.to_number<std::uint64_t>() == value;
  }
  static bool equal(bool value, const boost::json::value& wanted) {
    return wanted.is_bool() && wanted.get_bool() == value;
  }
  static bool equal(protocol::freshness value, const boost::json::value& wanted) {
    constexpr std::array names{"fresh", "stale", "pinned"};
    return equal_text(names.at(static_cast<std::size_t>(value)), wanted);
  }
  static bool equal(const protocol::secret_bytes& value, const boost::json::value& wanted) {
    const auto& object = wanted.as_object();
    const auto* repeat = object.if_contains("secret_repeat");
    const auto bytes =
        repeat
            ? expand(boost::json::array{boost::json::array{"repeat", repeat->at(0), repeat->at(1)}})
            : expand(object.at("secret_hex"));
    return std::ranges::equal(value.value, bytes);
  }
  template <class Record>
  static bool equal(const std::vector<Record>& records, const boost::json::value& wanted) {
    const auto& array = wanted.as_array();
    return std::ranges::equal(records, array, [](const Record& record, const auto& one) {
      message_comparison compare(one.as_object());
      Record::fields(record, compare);
      return std::move(compare).mismatches().empty();
    });
  }

  const boost::json::object& expected_;
  std::size_t present_ = 0;
  std::vector<std::string> mismatches_;
};

}  // namespace coffer::vectors
