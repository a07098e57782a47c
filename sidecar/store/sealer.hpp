// How a write has its value encrypted.
#pragma once

#include <cstdint>
#include <functional>

#include "store/records.hpp"

namespace coffer::store {

/// Encrypts the value that is being written, as the given version. Called once for each attempt: a
/// transaction that the database rolled back for the sake of another is repeated.
using sealer = std::function<sealed_value(std::uint64_t version)>;

}  // namespace coffer::store
