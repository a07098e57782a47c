// What a failed write leaves behind.
#pragma once

#include "error/result.hpp"

namespace coffer::service {

/// Whether the store may have done it all the same: then it counts as done for what is cached.
inline bool may_be_done(const failure& error) noexcept {
  return error.code == errc::outcome_unknown || error.code == errc::store_unavailable;
}

}  // namespace coffer::service
