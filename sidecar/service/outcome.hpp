// What a failed write leaves behind.
#pragma once

#include "error/result.hpp"

namespace coffer::service {

/// Whether the store may have done it all the same. Every other failure says that nothing was
/// changed, and then nothing that is cached changes either.
inline bool may_be_done(const failure& error) noexcept {
  return error.code == errc::outcome_unknown;
}

}  // namespace coffer::service
