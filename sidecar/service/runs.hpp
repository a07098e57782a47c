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
#include "service/store_contact.hpp"
#include "store/store.hpp"
#include "vault/publications.hpp"
#include "vault/single_flights.hpp"

namespace coffer::service {

/// A run as this host knows it, shared by all who hold it: one who ends it ends it for all. Only an
/// end that was read from the store ends it, or its time limit.
struct live_run {
  enum class state : std::uint8_t {
    live,
    doubted,      ///< the store is to be asked whether another run has its id now
    end_unknown,  ///< it may have been ended, and is refused until the store was asked
    ended
  };

  explicit live_run(store::run found) : facts(std::move(found)) {}

  const store::run facts;
  std::atomic<state> how{state::live};

  /// At `now`, which is the earliest that it may be.
  bool live(std::uint64_t now) const noexcept { return check(now).has_value(); }
  /// Errors: run_ended; store_unavailable while it is not known.
  result<void> check(std::uint64_t now) const noexcept;
};

using run_handle = std::shared_ptr<const live_run>;

/// Thread-safe. All but find_cached() may block.
class runs {
 public:
  static constexpr std::uint64_t time_limit_default = 24ull * 3600 * 1000;   ///< ms
  static constexpr std::uint64_t time_limit_max = 30ull * 24 * 3600 * 1000;  ///< ms

  runs(store::store& database, const store_contact& contact)
      : store_(database), contact_(contact) {}

  /// It begins at the latest time that it may be: no doubt of the clock shortens it. Errors:
  /// already_exists, invalid_field (time limit), store_unavailable, outcome_unknown.
  result<store::run> begin(std::string_view company, std::string_view run, std::string_view agent,
                           std::optional<std::uint64_t> time_limit);
  /// Errors: not_found, store_unavailable, outcome_unknown: then it is refused until the store has
  /// been asked.
  result<void> end(std::string_view company, std::string_view run);
  result<std::vector<store::run>> list(std::string_view company, std::string_view after,
                                       std::size_t limit);

  /// The run if this host has seen it and does not doubt it; nullptr: ask find(). Never blocks.
  run_handle find_cached(std::string_view company, std::string_view run) const;
  /// Errors: run_ended (or never begun), store_unavailable.
  result<run_handle> find(std::string_view company, std::string_view run);

  /// Ends what is past its time limit: from time to time.
  void sweep();
  /// Looks in the store for the runs that are doubted: from time to time.
  void ask_of_doubted();

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
  void drop(const std::string& key);
  void doubt(std::string_view company, std::string_view run, live_run::state how);
  std::vector<std::shared_ptr<live_run>> known(bool doubted_only) const;
  std::uint64_t earliest() const noexcept { return contact_.clock().now().earliest; }

  store::store& store_;
  const store_contact& contact_;
  vault::single_flights flights_;
  mutable std::mutex mutex_;
  boost::unordered_flat_map<std::string, std::shared_ptr<live_run>> known_;
  vault::publications published_;  // a run that was read before its end is not kept after it
};

}  // namespace coffer::service
