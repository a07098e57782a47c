// The moment between a commit and its writer's return, held open for a test.
#pragma once

#include <functional>

#include "store/store.hpp"

namespace coffer::store {

/// A store that lets others act once a change is durable, before its writer knows.
class slow_to_return final : public store, private integration_store {
 public:
  explicit slow_to_return(store& real) : real_(real) {}

  std::function<void()> after_commit = [] {};  ///< after each write and delete

  std::string_view name() const noexcept override { return real_.name(); }
  bool shared() const noexcept override { return real_.shared(); }
  integration_store& integrations() noexcept override { return *this; }
  run_store& runs() noexcept override { return real_.runs(); }
  token_store& tokens() noexcept override { return real_.tokens(); }
  audit_store& audit() noexcept override { return real_.audit(); }
  key_store& keys() noexcept override { return real_.keys(); }
  host_store& hosts() noexcept override { return real_.hosts(); }
  clock_store& clock() noexcept override { return real_.clock(); }
  change_feed& feed() noexcept override { return real_.feed(); }

 private:
  using text = std::string;

  result<integration> write(const integration_change& change, const sealer& seal) override {
    auto written = real_.integrations().write(change, seal);
    after_commit();
    return written;
  }
  result<void> remove(const text& company, const text& id, const expectation& expected) override {
    auto removed = real_.integrations().remove(company, id, expected);
    after_commit();
    return removed;
  }
  result<void> refresh(const refresh_change& change, const sealer& seal) override {
    return real_.integrations().refresh(change, seal);
  }
  result<credential> find(const text& company, const text& id) override {
    return real_.integrations().find(company, id);
  }
  result<credential> find_at(const text& company, const text& id, std::uint64_t epoch,
                             std::uint64_t now) override {
    return real_.integrations().find_at(company, id, epoch, now);
  }
  result<integration> show(const text& company, const text& id) override {
    return real_.integrations().show(company, id);
  }
  result<std::vector<integration>> list(const text& company, const text& after,
                                        std::size_t limit) override {
    return real_.integrations().list(company, after, limit);
  }
  result<std::vector<text>> companies(const text& after, std::size_t limit) override {
    return real_.integrations().companies(after, limit);
  }
  result<void> touch(std::span<const use> uses) override {
    return real_.integrations().touch(uses);
  }

  store& real_;
};

}  // namespace coffer::store
