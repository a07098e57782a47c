// Refusals of levels below as results.
#pragma once

#include <utility>

#include "error/result.hpp"
#include "error/start_error.hpp"

namespace coffer::keys {

/// Calls `work`; a start_error that it throws becomes key_unavailable with its line as the text.
template <class Work>
auto guarded(Work&& work) -> decltype(work()) {
  try {
    return std::forward<Work>(work)();
  } catch (const start_error& error) { return failure(errc::key_unavailable, error.what()); }
}

}  // namespace coffer::keys
