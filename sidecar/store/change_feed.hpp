// What was changed, by whichever host (S5).
#pragma once

#include <chrono>
#include <string>

#include "error/result.hpp"
#include "store/records.hpp"

namespace coffer::store {

/// What was changed, by whichever host (S5). One thread reads it.
class change_feed {
 public:
  virtual ~change_feed() = default;

  /// The position behind all that is committed now.
  virtual result<std::string> position() = 0;
  /// All changes that were committed and not delivered at `position`; a gap, if they are more than
  /// `limit`. Each is delivered once, however late its transaction committed; those of one company
  /// come in the order of their commits. Errors: store_unavailable, invalid_field (no position).
  virtual result<feed_page> changes_after(const std::string& position, std::size_t limit) = 0;
  /// Returns when there may be something new, after `timeout`, or when another thread interrupts:
  /// whichever is first. It may return for nothing.
  virtual void wait(std::chrono::milliseconds timeout) = 0;
  virtual void interrupt() noexcept = 0;  ///< thread-safe
  /// Deletes what no reader needs any more: a reader that was away for longer meets a gap.
  virtual result<void> trim() = 0;
};

}  // namespace coffer::store
