// Encodes one frame into a buffer of the caller's.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "protocol/types.hpp"

namespace coffer::protocol {

/// What is done about an identifier or a text that breaks the rule of its type (P3.1 to P3.3).
enum class contents : bool {
  as_given,  ///< it is written, and the reader refuses it
  mended,    ///< it is cut between characters, and what may not be in it becomes '?' or '_': of a
             ///< reply that shows what is stored, the rest stays readable
};

/// Visits a message's field list and appends it to a frame in `out`. Allocates nothing, so the
/// caller decides where a secret may lie. A frame that does not fit sticks as an error: finish()
/// then returns 0 and `out` holds no usable frame (but may hold bytes of it: wipe it).
class writer {
 public:
  explicit writer(bytes_span out, contents how = contents::as_given) noexcept
      : out_(out), size_(header_size), how_(how) {
    failed_ = out.size() < header_size;
  }

  template <class T>
  void operator()(std::uint8_t tag, std::string_view, const T& value) noexcept {
    begin(tag);
    encode(value);
    end();
  }

  template <class T>
  void operator()(std::uint8_t tag, std::string_view name, const std::optional<T>& value) noexcept {
    if (value) (*this)(tag, name, *value);
  }

  /// Appends a field of `size` bytes and returns the place for them, empty if it does not fit: a
  /// secret is decrypted right into the frame, with no copy in between.
  bytes_span reserve(std::uint8_t tag, std::size_t size) noexcept;

  /// Writes the header and returns the frame's size, header included; 0 if it did not fit.
  std::size_t finish(std::uint8_t opcode, std::uint8_t flags, std::uint32_t request_id) noexcept;

  /// Forgets all fields, to write another message (an error instead of a reply) in their place.
  void restart() noexcept {
    size_ = header_size;
    failed_ = out_.size() < header_size;
  }

 private:
  void begin(std::uint8_t tag) noexcept;
  void end() noexcept;
  bytes_span append(bytes_view bytes) noexcept;
  std::byte* grow(std::size_t size) noexcept;

  void encode(const identifier& value) noexcept;
  void encode(const secret_bytes& value) noexcept { append(value.value); }
  void encode(std::uint64_t value) noexcept;
  void encode(bool value) noexcept;
  void encode(freshness value) noexcept { encode(static_cast<std::uint64_t>(value)); }
  template <std::size_t Max>
  void encode(const text<Max>& value) noexcept {
    encode_text(value.value, Max);
  }
  void encode_text(std::string_view value, std::size_t size_max) noexcept;
  template <class Record>
  void encode(const std::vector<Record>& records) noexcept;

  bytes_span out_;
  std::size_t size_;
  std::size_t mark_ = 0;  // where the length of the field or record being written stands
  bool failed_ = false;
  contents how_;
};

/// Encodes a whole frame; returns its size, header included, or 0 if `out` is too small.
template <class Message>
std::size_t encode_message(const Message& message, std::uint8_t opcode, std::uint8_t flags,
                           std::uint32_t request_id, bytes_span out,
                           contents how = contents::as_given) noexcept {
  writer write(out, how);
  Message::fields(message, write);
  return write.finish(opcode, flags, request_id);
}

template <class Record>
void writer::encode(const std::vector<Record>& records) noexcept {
  const std::size_t list_mark = mark_;
  for (const Record& record : records) {
    const std::size_t record_mark = size_;
    if (!grow(4)) return;
    Record::fields(record, *this);
    mark_ = record_mark;
    end();
  }
  mark_ = list_mark;
}

}  // namespace coffer::protocol
