// What a request's fields are: for the words of an error, and for the care that a secret needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "protocol/types.hpp"

namespace coffer {

inline std::string rule_of_type(const protocol::identifier&) {
  return "must be 1 to " + std::to_string(protocol::identifier_size_max) +
         " of the characters A-Z a-z 0-9 _ . : -";
}
inline std::string rule_of_type(const protocol::secret_bytes&) {
  return "must have 1 to " + std::to_string(protocol::secret_size_max) + " bytes";
}
template <std::size_t Max>
std::string rule_of_type(const protocol::text<Max>&) {
  return "must be text of at most " + std::to_string(Max) + " bytes without control characters";
}
template <class Field>
std::string rule_of_type(const Field&) {
  return "breaks its rule";
}

/// The rule of the field of that name.
template <class Message>
std::string rule_of(const Message& message, std::string_view wanted) {
  std::string found = "breaks its rule";
  const auto look = [&]<class Field>(std::uint8_t, std::string_view name, const Field& field) {
    if (name != wanted) return;
    if constexpr (requires { typename Field::value_type; })
      found = rule_of_type(typename Field::value_type{});
    else
      found = rule_of_type(field);
  };
  Message::fields(message, look);
  return found;
}

/// Whether a field of the message is a secret.
template <class Message>
bool has_secret(const Message& message) {
  bool found = false;
  const auto look = [&]<class Field>(std::uint8_t, std::string_view, const Field&) {
    found = found || std::is_same_v<Field, protocol::secret_bytes>;
  };
  Message::fields(message, look);
  return found;
}

}  // namespace coffer
