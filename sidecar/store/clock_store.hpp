// The clock that all daemons of one store share.
#pragma once

#include <cstdint>
#include <optional>

#include "error/result.hpp"
#include "store/records.hpp"

namespace coffer::store {

/// The clock that decisions about shared rows go by.
class clock_store {
 public:
  virtual ~clock_store() = default;

  virtual result<clock_facts> read() = 0;
  /// Notes the time that a daemon goes by, if nothing else was noted since `before` was read; then
  /// another daemon has done it.
  virtual result<void> note(std::uint64_t now, std::optional<std::uint64_t> before) = 0;
};

}  // namespace coffer::store
