// One reader of the store for each thing that is missing from a cache.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <span>
#include <string_view>

namespace coffer::vault {

/// Whoever misses something in a cache enters, and looks there again: who entered before may have
/// read it. So the store is asked once for what many miss at a time; and no reader that was
/// overtaken puts back an older value than somebody has been told. Different things may share a
/// lock.
class single_flights {
 public:
  std::unique_lock<std::mutex> enter(std::string_view what) {
    return std::unique_lock(locks_[std::hash<std::string_view>{}(what) % locks_.size()]);
  }
  std::unique_lock<std::mutex> enter(std::span<const std::byte> what) {
    return enter(std::string_view(reinterpret_cast<const char*>(what.data()), what.size()));
  }

 private:
  std::array<std::mutex, 64> locks_;
};

}  // namespace coffer::vault
