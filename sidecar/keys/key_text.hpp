// The forms in which a master key may be provisioned.
#pragma once

#include <span>
#include <string>

#include "secret/buffer.hpp"

namespace coffer::keys {

/// A key out of `content`: 32 raw bytes, 64 hex digits, or base64 (RFC 4648, either alphabet, with
/// or without padding). Around the text forms blanks, ends of lines and a byte order mark may
/// stand. Throws start_error naming `where` and the length; also for 32 bytes that are text, which
/// are half a key in hex or a passphrase, and for zeros.
secret::buffer parse_key(std::span<const std::byte> content, const std::string& where);

}  // namespace coffer::keys
