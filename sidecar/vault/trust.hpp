// How much those who look into a cache take on trust.
#pragma once

#include <cstdint>

namespace coffer::vault {

/// Whether entries are shown, too, that were doubted since they were read.
enum class trust : std::uint8_t { whole, doubted_too };

}  // namespace coffer::vault
