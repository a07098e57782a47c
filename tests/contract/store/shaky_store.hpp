// A store as one daemon sees it: away at times, with writes of unknown outcome and gaps in its
// feed.
#pragma once

#include "store/store.hpp"

namespace coffer::store {

/// What becomes of the calls, as a test sets it. Runs, audit, keys, hosts and clock are not
/// disturbed.
struct shaky_state {
  enum class ending { known, unknown_done, unknown_not_done };

  bool away = false;                  ///< store_unavailable, and nothing is done
  ending writes_end = ending::known;  ///< of the next write; then known again
  bool gap = false;                   ///< the next page of the feed is a gap; then none
  bool reborn = false;                ///< and beyond it the store has another history

  template <class Call>
  auto read(Call&& call) -> decltype(call()) {
    if (away) return failure(errc::store_unavailable);
    return call();
  }
  template <class Call>
  auto write(Call&& call) -> decltype(call()) {
    const ending how = std::exchange(writes_end, ending::known);
    if (away) return failure(errc::store_unavailable);
    if (how != ending::unknown_not_done)
      if (auto done = call(); how == ending::known || !done) return done;
    return failure(errc::outcome_unknown);
  }
};

class shaky_integrations final : public integration_store {
 public:
  shaky_integrations(integration_store& real, shaky_state& how) : real_(real), how_(how) {}

  result<integration> write(const integration_change& change, const sealer& seal) override {
    return how_.write([&] { return real_.write(change, seal); });
  }
  result<void> remove(const std::string& company, const std::string& id,
                      const expectation& expected) override {
    return how_.write([&] { return real_.remove(company, id, expected); });
  }
  result<void> refresh(const refresh_change& change, const sealer& seal) override {
    return how_.write([&] { return real_.refresh(change, seal); });
  }
  result<credential> find(const std::string& company, const std::string& id) override {
    return how_.read([&] { return real_.find(company, id); });
  }
  result<credential> find_at(const std::string& company, const std::string& id, std::uint64_t epoch,
                             std::uint64_t now) override {
    return how_.read([&] { return real_.find_at(company, id, epoch, now); });
  }
  result<integration> show(const std::string& company, const std::string& id) override {
    return how_.read([&] { return real_.show(company, id); });
  }
  result<std::vector<integration>> list(const std::string& company, const std::string& after,
                                        std::size_t limit) override {
    return how_.read([&] { return real_.list(company, after, limit); });
  }
  result<std::vector<std::string>> companies(const std::string& after, std::size_t limit) override {
    return how_.read([&] { return real_.companies(after, limit); });
  }
  result<void> touch(std::span<const use> uses) override {
    return how_.read([&] { return real_.touch(uses); });
  }

 private:
  integration_store& real_;
  shaky_state& how_;
};

class shaky_tokens final : public token_store {
 public:
  shaky_tokens(token_store& real, shaky_state& how) : real_(real), how_(how) {}

  result<token> issue(const token_change& change, const sealer& seal) override {
    return how_.write([&] { return real_.issue(change, seal); });
  }
  result<std::vector<std::string>> revoke(const std::string& company, const std::string& agent,
                                          const std::string& kid, std::uint64_t now) override {
    return how_.write([&] { return real_.revoke(company, agent, kid, now); });
  }
  result<sealed_token> current(const std::string& company, const std::string& agent,
                               std::uint64_t now) override {
    return how_.read([&] { return real_.current(company, agent, now); });
  }
  result<sealed_token> find(const std::string& company, const std::string& kid) override {
    return how_.read([&] { return real_.find(company, kid); });
  }
  result<std::vector<token>> list(const std::string& company, const std::string& agent,
                                  const std::string& after, std::size_t limit) override {
    return how_.read([&] { return real_.list(company, agent, after, limit); });
  }

 private:
  token_store& real_;
  shaky_state& how_;
};

class shaky_feed final : public change_feed {
 public:
  shaky_feed(change_feed& real, shaky_state& how) : real_(real), how_(how) {}

  result<std::string> position() override {
    return how_.read([&] { return real_.position(); });
  }
  result<feed_page> changes_after(const std::string& position, std::size_t limit) override {
    return how_.read([&]() -> result<feed_page> {
      if (!how_.gap) return real_.changes_after(position, limit);
      feed_page page;
      page.gap = std::exchange(how_.gap, false);
      page.reborn = std::exchange(how_.reborn, false);
      auto end = real_.position();
      if (!end) return end.error();
      page.position = *std::move(end);
      return page;
    });
  }
  void wait(std::chrono::milliseconds timeout) override { real_.wait(timeout); }
  void interrupt() noexcept override { real_.interrupt(); }
  result<void> trim() override { return real_.trim(); }

 private:
  change_feed& real_;
  shaky_state& how_;
};

/// Takes the place of a shared store in one daemon.
class shaky_store final : public store {
 public:
  explicit shaky_store(store& real) : real_(real) {}

  shaky_state how;

  std::string_view name() const noexcept override { return real_.name(); }
  bool shared() const noexcept override { return true; }
  integration_store& integrations() noexcept override { return integrations_; }
  run_store& runs() noexcept override { return real_.runs(); }
  token_store& tokens() noexcept override { return tokens_; }
  audit_store& audit() noexcept override { return real_.audit(); }
  key_store& keys() noexcept override { return real_.keys(); }
  host_store& hosts() noexcept override { return real_.hosts(); }
  clock_store& clock() noexcept override { return real_.clock(); }
  change_feed& feed() noexcept override { return feed_; }

 private:
  store& real_;
  shaky_integrations integrations_{real_.integrations(), how};
  shaky_tokens tokens_{real_.tokens(), how};
  shaky_feed feed_{real_.feed(), how};
};

}  // namespace coffer::store
