// Runs: what happens on begin, end and list, and which epoch a live one sees (R1).
#pragma once

#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "error/result.hpp"
#include "store/store.hpp"
#include "vault/publications.hpp"
#include "vault/single_flights.hpp"

namespace coffer::service {

/// A run as this host knows it, shared by all who hold it: one who ends it ends it for all.
struct live_run {
  explicit live_run(store::run found) : facts(std::move(found)) {}

  const store::run facts;
  std::atomic<bool> ended{false};

  bool live(std::uint64_t now) const noexcept {
    return !ended.load(std::memory_order_acquire) && now < facts.ends_at;
  }
};

using run_handle = std::shared_ptr<const live_run>;

/// Thread-safe. All but find_cached() may block.
class runs {
 public:
  static constexpr std::uint64_t time_limit_default = 24ull * 3600 * 1000;   ///< ms
  static constexpr std::uint64_t time_limit_max = 30ull * 24 * 3600 * 1000;  ///< ms

  explicit runs(store::store& database) : store_(database) {}

  /// Errors: already_exists, invalid_field (time limit), store_unavailable.
  result<store::run> begin(std::string_view company, std::string_view run, std::string_view agent,
                           std::optional<std::uint64_t> time_limit);
  /// Errors: not_found, store_unavailable.
  result<void> end(std::string_view company, std::string_view run);
  result<std::vector<store::run>> list(std::string_view company, std::string_view after,
                                       std::size_t limit);

  /// The run if this host has seen it, live or just ended; nullptr: ask find(). Never blocks.
  run_handle find_cached(std::string_view company, std::string_view run) const;
  /// Errors: run_ended (or never begun), store_unavailable.
  result<run_handle> find(std::string_view company, std::string_view run);

  /// Ends what is past its time limit: from time to time.
  void sweep();

  /// Another host has ended it.
  void ended_elsewhere(std::string_view company, std::string_view run) { forget(company, run); }
  /// Looks for all known runs in the store, since the end of some may have been missed. False: it
  /// could not be asked, and must be called again.
  bool look_again();

 private:
  static constexpr std::size_t known_max = 65'536;

  static std::string key_of(std::string_view company, std::string_view run);
  static std::size_t hash_of(const std::string& key) { return std::hash<std::string>{}(key); }
  vault::publications::mark published(std::string_view company, std::string_view run) const;
  run_handle remember(store::run found, vault::publications::mark before);
  void forget(std::string_view company, std::string_view run);

  store::store& store_;
  vault::single_flights flights_;
  mutable std::mutex mutex_;
  boost::unordered_flat_map<std::string, std::shared_ptr<live_run>> known_;
  vault::publications published_;  // a run that was read before its end is not kept after it
};

}  // namespace coffer::service
