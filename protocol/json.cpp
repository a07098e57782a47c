#include "protocol/json.hpp"

#include "protocol/hidden_characters.hpp"

namespace coffer::protocol {
namespace {

void append_unit(char32_t unit, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 15];
}

// Above U+FFFF by two surrogates (RFC 8259, section 7).
void append_escaped(char32_t code, std::string& out) {
  if (code < 0x10000) return append_unit(code, out);
  append_unit(0xD800 + ((code - 0x10000) >> 10), out);
  append_unit(0xDC00 + ((code - 0x10000) & 0x3FF), out);
}

}  // namespace

void append_json_string(std::string_view value, std::string& out) {
  out += '"';
  while (!value.empty()) {
    const character next = first_character(value);
    if (next.code == '"' || next.code == '\\')
      (out += '\\') += value.front();
    else if (!next.well_formed)
      append_unit(0xFFFD, out);
    else if (is_hidden(next.code))
      append_escaped(next.code, out);
    else
      out += value.substr(0, next.size);
    value.remove_prefix(next.size);
  }
  out += '"';
}

void json_printer::print(freshness value) {
  constexpr std::string_view names[] = {"fresh", "stale", "pinned"};
  append_json_string(names[static_cast<std::size_t>(value)], out_);
}

void json_printer::print(const secret_bytes& value) {
  ((out_ += "\"[") += std::to_string(value.value.size())) += " secret bytes]\"";
}

}  // namespace coffer::protocol
