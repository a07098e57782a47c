// Prints a message as JSON, for people, logs and vectors. A secret prints as its size only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/types.hpp"

namespace coffer::protocol {

/// Appends `value` as a JSON string (RFC 8259, section 7), in which a screen shows all: hidden
/// characters stand as escapes. Bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string_view value, std::string& out);

/// Visits a message's field list and appends it as a JSON object. Absent fields are left out.
class json_printer {
 public:
  explicit json_printer(std::string& out) : out_(out) {}

  template <class T>
  void operator()(std::uint8_t, std::string_view name, const T& value) {
    out_ += out_.back() == '{' ? "" : ",";
    append_json_string(name, out_);
    out_ += ':';
    print(value);
  }

  template <class T>
  void operator()(std::uint8_t tag, std::string_view name, const std::optional<T>& value) {
    if (value) (*this)(tag, name, *value);
  }

 private:
  void print(const identifier& value) { append_json_string(value.value, out_); }
  void print(std::uint64_t value) { out_ += std::to_string(value); }
  void print(bool value) { out_ += value ? "true" : "false"; }
  void print(freshness value);
  void print(const secret_bytes& value);
  template <std::size_t Max>
  void print(const text<Max>& value) {
    append_json_string(value.value, out_);
  }
  template <class Record>
  void print(const std::vector<Record>& records);

  std::string& out_;
};

/// The message as one line of JSON.
template <class Message>
std::string to_json(const Message& message) {
  std::string out = "{";
  json_printer print(out);
  Message::fields(message, print);
  return out += '}';
}

template <class Record>
void json_printer::print(const std::vector<Record>& records) {
  out_ += '[';
  for (const Record& record : records) {
    if (out_.back() != '[') out_ += ',';
    out_ += to_json(record);
  }
  out_ += ']';
}

}  // namespace coffer::protocol
