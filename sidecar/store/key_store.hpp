// The master keys that the store knows, and all that is encrypted under them (K5).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "error/result.hpp"
#include "store/records.hpp"

namespace coffer::store {

/// One value as a scan shows it: views, valid during the call.
struct value_view {
  std::string_view company, kind, subject, name;
  std::uint64_t version = 0;
  std::span<const std::byte> key_id, nonce, ciphertext;
};

class key_store {
 public:
  virtual ~key_store() = default;

  /// Shows every value of all companies, in any order. Reads the store in bulk, without a bound on
  /// the time that takes.
  virtual result<void> scan(const std::function<void(const value_view&)>& show) = 0;

  /// The ids of all keys that are registered or that any row is encrypted under.
  virtual result<std::vector<std::array<std::byte, 16>>> ids() = 0;
  /// Registers a key in a store that has none, or finds it registered; version_conflict if only
  /// others are.
  virtual result<key_record> adopt(const std::array<std::byte, 16>& id, std::uint64_t now) = 0;
  /// Adds to a key's count of writes and returns the sum.
  virtual result<std::uint64_t> count_writes(const std::array<std::byte, 16>& id,
                                             std::uint64_t writes) = 0;
};

}  // namespace coffer::store
