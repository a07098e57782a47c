// The types a field can have, each with its rule (protocol/SPEC.md, section 3). All are views:
// a decoded message points into its frame and lives as long as that does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/frame.hpp"
#include "protocol/limits.hpp"

namespace coffer::protocol {

/// An opaque name: 1–128 bytes of [A-Za-z0-9_.:-].
struct identifier {
  std::string_view value;
  bool operator==(const identifier&) const = default;
};

/// Well-formed UTF-8 without control characters, 0 to Max bytes.
template <std::size_t Max>
struct text {
  std::string_view value;
  bool operator==(const text&) const = default;
};

/// A secret, 1 to secret_size_max bytes. It has no operator== and no way to print: readers of a
/// decoded message take `value` and are responsible for the frame it points into.
struct secret_bytes {
  bytes_view value;
};

/// How a fetched value relates to the store: current, cached during an outage, or kept for a run.
enum class freshness : std::uint64_t { fresh = 0, stale = 1, pinned = 2 };
inline constexpr std::uint64_t freshness_last = 2;

bool valid_identifier(std::string_view value) noexcept;
bool valid_text(std::string_view value) noexcept;

}  // namespace coffer::protocol
