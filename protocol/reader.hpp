// Decodes the fields of one frame into a message of views.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "protocol/types.hpp"

namespace coffer::protocol {

/// Why a message was refused, and at which field (empty when no declared field is concerned).
struct decode_error {
  errc code{};
  std::string_view field;
};

/// Visits a message's field list and fills it from `fields`. Errors stick, the first one of each
/// rank (structure before content): check finish() once at the end. Unknown tags are skipped, so
/// that newer peers can add fields.
class reader {
 public:
  explicit reader(bytes_view fields) noexcept : rest_(fields) {}

  /// A required field.
  template <class T>
  void operator()(std::uint8_t tag, std::string_view name, T& out) {
    bytes_view content;
    if (take(tag, content))
      check(decode(content, out), name);
    else
      fail(errc::missing_field, name);
  }

  /// An optional field.
  template <class T>
  void operator()(std::uint8_t tag, std::string_view name, std::optional<T>& out) {
    bytes_view content;
    if (take(tag, content)) check(decode(content, out.emplace()), name);
  }

  /// Skips what is left and says what was wrong, if anything.
  std::optional<decode_error> finish() noexcept;

 private:
  bool take(std::uint8_t tag, bytes_view& content) noexcept;
  bool next(std::uint8_t tag_max) noexcept;
  void fail(errc code, std::string_view field) noexcept;
  // An error of the frame's structure outranks one of a field's content: after it nothing is read.
  bool broken() const noexcept { return error_.code != errc{} && error_.field.empty(); }
  void check(errc code, std::string_view field) noexcept {
    if (code != errc{}) fail(code, field);
  }

  static errc decode(bytes_view content, identifier& out) noexcept;
  static errc decode(bytes_view content, secret_bytes& out) noexcept;
  static errc decode(bytes_view content, std::uint64_t& out) noexcept;
  static errc decode(bytes_view content, bool& out) noexcept;
  static errc decode(bytes_view content, freshness& out) noexcept;
  template <std::size_t Max>
  static errc decode(bytes_view content, text<Max>& out) noexcept;
  template <class Record>
  static errc decode(bytes_view content, std::vector<Record>& out);

  bytes_view rest_;
  bytes_view content_;    // of the field that `tag_` names
  std::uint8_t tag_ = 0;  // last tag read; tags start at 1
  bool pending_ = false;  // `tag_` was read and is not yet taken or skipped
  decode_error error_{};
};

inline std::string_view as_text(bytes_view bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Decodes a whole message into a fresh `out`; on an error says why.
template <class Message>
std::optional<decode_error> decode_message(bytes_view fields, Message& out) {
  reader read(fields);
  Message::fields(out, read);
  return read.finish();
}

template <std::size_t Max>
errc reader::decode(bytes_view content, text<Max>& out) noexcept {
  out.value = as_text(content);
  return content.size() <= Max && valid_text(out.value) ? errc{} : errc::invalid_field;
}

// A list is its records one behind the other, each behind its u32 length.
template <class Record>
errc reader::decode(bytes_view content, std::vector<Record>& out) {
  while (!content.empty()) {
    if (out.size() == list_entries_max || content.size() < 4) return errc::invalid_field;
    const std::size_t size = load_u32(content.data());
    if (size > content.size() - 4) return errc::truncated_field;
    if (const auto error = decode_message(content.subspan(4, size), out.emplace_back()))
      return error->code;
    content = content.subspan(4 + size);
  }
  return errc{};
}

}  // namespace coffer::protocol
