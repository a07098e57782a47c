#include "protocol/json.hpp"

namespace coffer::protocol {

void append_json_string(std::string_view value, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (byte < 0x20 || byte == 0x7F)
      ((out += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
    else
      out += c;
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
