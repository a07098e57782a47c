// A store in memory, for tests only: the same contract, nothing durable.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "store/store.hpp"

namespace coffer::store {

class memory_store final : public store,
                           private integration_store,
                           private key_store,
                           private change_feed {
 public:
  std::string_view name() const noexcept override { return "memory"; }
  integration_store& integrations() noexcept override { return *this; }
  key_store& keys() noexcept override { return *this; }
  change_feed& feed() noexcept override { return *this; }

 private:
  using key = std::pair<std::string, std::string>;  // company, integration

  result<integration> write(const integration_change& change, const sealer& seal) override;
  result<void> remove(const std::string& company, const std::string& id,
                      const expectation& expected) override;
  result<credential> find(const std::string& company, const std::string& id) override;
  result<integration> show(const std::string& company, const std::string& id) override;
  result<std::vector<integration>> list(const std::string& company, const std::string& after,
                                        std::size_t limit) override;
  result<void> touch(std::span<const use> uses) override;
  result<std::vector<std::array<std::byte, 16>>> ids() override;
  result<key_record> adopt(const std::array<std::byte, 16>& id, std::uint64_t now) override;
  result<std::uint64_t> count_writes(const std::array<std::byte, 16>& id,
                                     std::uint64_t writes) override;
  result<feed_page> changes_after(std::uint64_t number, std::size_t limit) override;

  void append_change(const std::string& company, const std::string& id, std::uint64_t version);

  std::mutex mutex_;
  std::map<key, credential> credentials_;
  std::map<std::string, std::uint64_t> epochs_;
  std::optional<key_record> key_;
  std::vector<change> changes_;
  std::uint64_t newest_ = 0;
};

}  // namespace coffer::store
