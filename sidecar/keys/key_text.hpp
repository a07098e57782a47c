// The forms in which a master key may be provisioned.
#pragma once

#include <span>
#include <string>

#include "secret/buffer.hpp"

namespace coffer::keys {

/// A key out of `content`: 32 raw bytes, 64 hex digits, or 44 characters of base64 (RFC 4648), the
/// text forms with at most one newline behind. Throws start_error naming `where` and the length.
secret::buffer parse_key(std::span<const std::byte> content, const std::string& where);

}  // namespace coffer::keys
