// What the memory store keeps: shared by its aggregates, under one mutex.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"

namespace coffer::store {

/// One value of an integration, and the version that took its place.
struct memory_value {
  sealed_value sealed;
  std::optional<std::uint64_t> expires_at;
  std::uint64_t replaced_by = epoch_range::forever;
};

struct memory_integration {
  integration meta;
  std::map<std::uint64_t, memory_value> values;  ///< by version; the last one is current
};

struct memory_token {
  token meta;
  std::optional<sealed_value> sealed;
};

/// Call everything with the mutex held.
struct memory_state {
  using company_and_id = std::pair<std::string, std::string>;

  void append_change(const address& where, std::uint64_t version, bool refreshed = false);
  /// Deletes the old values of one integration, or with an empty id of all of the company, that no
  /// run which is live at `now` keeps.
  void delete_unneeded(const std::string& company, const std::string& id, std::uint64_t now);
  bool needed(const std::string& company, epoch_range visible, std::uint64_t now) const;

  std::mutex mutex;
  std::map<std::string, std::uint64_t> epochs;
  std::map<company_and_id, memory_integration> integrations;
  std::map<company_and_id, run> runs;
  std::map<company_and_id, std::uint64_t> time_limits;                 ///< of the runs
  std::map<std::string, memory_token> tokens;                          ///< by kid
  std::map<std::string, std::map<std::uint64_t, audit_chunk>> chains;  ///< by sequence
  std::optional<sealed_value> audit_key;
  std::optional<key_record> key;
  std::map<std::string, std::pair<host, std::chrono::steady_clock::time_point>> hosts;
  std::uint64_t (*read_clock)() = [] {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
  };
  std::optional<std::uint64_t> clock_seen_at;
  std::vector<std::pair<std::uint64_t, change>> changes;  ///< with their numbers
  std::uint64_t newest_change = 0;
};

}  // namespace coffer::store
