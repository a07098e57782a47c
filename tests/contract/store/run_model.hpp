// What R1 and R2 say, and nothing else: all versions that ever were, and a rule which one is seen.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/error.hpp"
#include "store/records.hpp"

namespace coffer::tests {

/// One company.
struct run_model {
  struct value {
    std::uint64_t version = 0;
    std::string text;
    std::optional<std::uint64_t> expires_at;
  };
  struct connection {
    std::vector<value> values;  ///< ascending; the last one is current
    std::uint64_t cut = 0;      ///< versions below are gone
  };
  struct seen {
    errc error{};
    value what;
    enum class as { current, pinned, fallen_forward } how{};
    store::epoch_range visible;  ///< to which runs
  };
  static seen nothing(errc why) { return {why, {}, seen::as::current, {}}; }

  /// The rule: the newest version not above the epoch at which a run has begun, unless it is gone
  /// or has expired.
  seen at(const std::string& id, std::uint64_t begun, std::uint64_t now) const {
    const auto found = connections.find(id);
    if (found == connections.end() || begun < found->second.values.front().version)
      return nothing(errc::not_found);
    const auto& [values, cut] = found->second;
    const auto next = std::ranges::upper_bound(values, begun, {}, &value::version);
    const value& own = *std::prev(next);
    if (next == values.end()) return {{}, own, seen::as::current, {own.version}};
    const bool expired = own.expires_at && *own.expires_at <= now;
    if (expired || own.version < cut)
      return {{}, values.back(), seen::as::fallen_forward, {begun, begun + 1}};
    return {{}, own, seen::as::pinned, {own.version, next->version}};
  }

  /// The versions of one integration that must be there: the current one and those of live runs.
  std::set<std::uint64_t> needed(const std::string& id, std::uint64_t now) const {
    const connection& one = connections.at(id);
    std::set<std::uint64_t> versions{one.values.back().version};
    for (const auto& [name, run] : runs) {
      const auto next = std::ranges::upper_bound(one.values, run.epoch, {}, &value::version);
      if (run.ends_at <= now || next == one.values.begin()) continue;
      if (std::prev(next)->version >= one.cut) versions.insert(std::prev(next)->version);
    }
    return versions;
  }

  const store::run* live(const std::string& run, std::uint64_t now) const {
    const auto found = runs.find(run);
    return found == runs.end() || found->second.ends_at <= now ? nullptr : &found->second;
  }

  std::uint64_t epoch = 0;
  std::map<std::string, connection> connections;
  std::map<std::string, store::run> runs;
};

}  // namespace coffer::tests
