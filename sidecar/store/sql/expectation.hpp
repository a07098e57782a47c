// The compare of compare-and-swap, and what a write makes of what was there.
#pragma once

#include <optional>

#include "error/result.hpp"
#include "store/records.hpp"

namespace coffer::store {

/// The error that an expectation ends in, or none.
std::optional<errc> check(const expectation& expected, const std::optional<integration>& found);

/// The metadata after a change, as `version`.
integration changed(const integration_change& change, std::optional<integration> found,
                    std::uint64_t version);

}  // namespace coffer::store
