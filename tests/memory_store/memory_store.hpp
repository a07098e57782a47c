// A store in memory, for tests only: the same contract, nothing durable.
#pragma once

#include "tests/memory_store/memory_audit.hpp"
#include "tests/memory_store/memory_clock.hpp"
#include "tests/memory_store/memory_feed.hpp"
#include "tests/memory_store/memory_hosts.hpp"
#include "tests/memory_store/memory_integrations.hpp"
#include "tests/memory_store/memory_keys.hpp"
#include "tests/memory_store/memory_runs.hpp"
#include "tests/memory_store/memory_tokens.hpp"

namespace coffer::store {

class memory_store final : public store {
 public:
  std::string_view name() const noexcept override { return "memory"; }
  bool shared() const noexcept override { return false; }
  integration_store& integrations() noexcept override { return integrations_; }
  run_store& runs() noexcept override { return runs_; }
  token_store& tokens() noexcept override { return tokens_; }
  audit_store& audit() noexcept override { return audit_; }
  key_store& keys() noexcept override { return keys_; }
  host_store& hosts() noexcept override { return hosts_; }
  clock_store& clock() noexcept override { return clock_; }
  change_feed& feed() noexcept override { return feed_; }

  /// How many values of a company's integrations there are, with those that runs keep.
  std::size_t values_kept(const std::string& company) {
    const std::lock_guard lock(state_.mutex);
    std::size_t sum = 0;
    for (const auto& [where, one] : state_.integrations)
      if (where.first == company) sum += one.values.size();
    return sum;
  }

 private:
  memory_state state_;
  memory_integrations integrations_{state_};
  memory_runs runs_{state_};
  memory_tokens tokens_{state_};
  memory_audit audit_{state_};
  memory_keys keys_{state_};
  memory_hosts hosts_{state_};
  memory_clock clock_{state_};
  memory_feed feed_{state_};
};

}  // namespace coffer::store
