// A store whose changes of runs fail as a test wants: before they are done, or after it.
#pragma once

#include "store/store.hpp"

namespace coffer::tests {

class failing_runs final : public store::store, private ::coffer::store::run_store {
 public:
  explicit failing_runs(::coffer::store::store& real) : real_(real) {}

  /// What every begin and end, or with `reads` every call, fails with. errc{}: none does.
  errc with{};
  bool done = false;  ///< it was done all the same
  bool reads = false;

  std::string_view name() const noexcept override { return real_.name(); }
  bool shared() const noexcept override { return real_.shared(); }
  ::coffer::store::integration_store& integrations() noexcept override {
    return real_.integrations();
  }
  ::coffer::store::run_store& runs() noexcept override { return *this; }
  ::coffer::store::token_store& tokens() noexcept override { return real_.tokens(); }
  ::coffer::store::audit_store& audit() noexcept override { return real_.audit(); }
  ::coffer::store::key_store& keys() noexcept override { return real_.keys(); }
  ::coffer::store::host_store& hosts() noexcept override { return real_.hosts(); }
  ::coffer::store::clock_store& clock() noexcept override { return real_.clock(); }
  ::coffer::store::change_feed& feed() noexcept override { return real_.feed(); }

 private:
  using run = ::coffer::store::run;
  using text = std::string;

  auto changed(auto&& change) -> decltype(change()) {
    if (with == errc{}) return change();
    if (done) static_cast<void>(change());
    return failure(with);
  }

  result<run> begin(const run& wanted, std::uint64_t now) override {
    return changed([&] { return real_.runs().begin(wanted, now); });
  }
  result<void> end(const text& company, const text& id, std::uint64_t now) override {
    return changed([&] { return real_.runs().end(company, id, now); });
  }
  result<run> find(const text& company, const text& id, std::uint64_t now) override {
    if (reads) return failure(with);
    return real_.runs().find(company, id, now);
  }
  result<std::vector<run>> list(const text& company, const text& after, std::size_t limit,
                                std::uint64_t now) override {
    return real_.runs().list(company, after, limit, now);
  }
  result<std::vector<::coffer::store::run_name>> sweep(::coffer::store::time_bounds now) override {
    return real_.runs().sweep(now);
  }

  ::coffer::store::store& real_;
};

}  // namespace coffer::tests
