// How a write has its value encrypted.
#pragma once

#include <cstdint>
#include <functional>

#include "store/records.hpp"

namespace coffer::store {

/// Encrypts the value that is being written, as the given version.
using sealer = std::function<sealed_value(std::uint64_t version)>;

}  // namespace coffer::store
