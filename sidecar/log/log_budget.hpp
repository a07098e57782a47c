// Keeps a peer from flooding the log.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

namespace coffer::log {

/// A token bucket: a burst of lines, then a few a second; the rest are counted. Thread-safe.
class log_budget {
 public:
  /// Whether a line may be written now; if so, how many were suppressed since the last one.
  std::optional<std::uint64_t> take();

 private:
  std::mutex mutex_;
  std::uint64_t refilled_at_ = 0;  // ms, monotonic
  std::uint64_t tokens_ = 20;
  std::uint64_t suppressed_ = 0;
};

}  // namespace coffer::log
