#include "protocol/types.hpp"

#include <algorithm>
#include <array>

#include "protocol/text.hpp"

namespace coffer::protocol {
namespace {

constexpr auto identifier_bytes = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 256; ++c)
    table[c] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '_' || c == '.' || c == ':' || c == '-';
  return table;
}();

}  // namespace

bool identifier_byte(char c) noexcept { return identifier_bytes[static_cast<unsigned char>(c)]; }

bool valid_identifier(std::string_view value) noexcept {
  return !value.empty() && value.size() <= identifier_size_max &&
         std::ranges::all_of(value, identifier_byte);
}

}  // namespace coffer::protocol
