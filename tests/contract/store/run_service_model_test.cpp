// R1 and R2 through the services and their caches, over every store, against the model.
#include "clock/clock.hpp"
#include "log/log.hpp"
#include "service/integrations.hpp"
#include "service/runs.hpp"
#include "tests/contract/store/backends.hpp"
#include "tests/contract/store/interleaving.hpp"
#include "tests/contract/store/steered_clock.hpp"
#include "tests/open_arena.hpp"

using namespace coffer;
using namespace coffer::tests;

BOOST_TEST_GLOBAL_FIXTURE(open_arena);

namespace {

constexpr std::size_t walks = 500;
constexpr std::size_t few_entries = 1'000;  // bytes: of three or four

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// What a daemon holds over its store; gone with a restart.
struct daemon_state {
  daemon_state(store::store& database, std::size_t cache_bytes)
      : vault(ring, cache_bytes), integrations(database, vault, contact), runs(database, contact) {
    ring.add(secret::buffer(32));
  }

  vault::keyring ring;
  vault::vault vault;
  service::store_contact contact{false};
  service::integrations integrations;
  service::runs runs;
};

class service_subject final : public model_subject {
 public:
  service_subject(opened& one, std::size_t cache_bytes) : one_(one), cache_bytes_(cache_bytes) {
    start();
  }

  void set_time(std::uint64_t now) override { clock_.set(now); }

  result<std::uint64_t> write(const write_request& request) override {
    const auto written =
        request.expected.what == store::expectation::kind::present ? rotate(request) : set(request);
    if (!written) return written.error();
    return written->version;
  }

  // As one who refreshes does: seals inside the store, then publishes.
  result<void> refresh(const write_request& request, std::uint64_t version) override {
    const vault::associated_data where(
        {request.company, store::integration_kind, request.integration, store::credential_name});
    auto refreshed =
        one_.all().refresh({.company = request.company,
                            .integration = request.integration,
                            .version = version,
                            .expires_at = request.expires_at,
                            .now = clock::now_ms()},
                           [&](std::uint64_t sealed_as) {
                             return state_->vault.seal(where, sealed_as, bytes(request.text));
                           });
    if (refreshed) state_->vault.cache().erase(where);
    return refreshed;
  }

  result<void> remove(const std::string& company, const std::string& integration) override {
    return state_->integrations.remove(company, integration, {});
  }

  result<store::run> begin(const std::string& company, const std::string& run,
                           std::uint64_t time_limit) override {
    return state_->runs.begin(company, run, "agt_1", time_limit);
  }

  result<void> end(const std::string& company, const std::string& run) override {
    return state_->runs.end(company, run);
  }

  void sweep() override { state_->runs.sweep(); }

  // As dispatch does it: what is cached, else what the store has.
  run_model::seen fetch(const std::string& company, const std::string& integration,
                        const std::string& run) override {
    if (run.empty()) return fetch_at(company, integration, vault::current_epoch);
    auto live = state_->runs.find_cached(company, run);
    if (!live) {
      const auto found = state_->runs.find(company, run);
      if (!found) return run_model::nothing(found.error().code);
      live = *found;
    }
    if (!live->live(clock::now_ms())) return run_model::nothing(errc::run_ended);
    return fetch_at(company, integration, live->facts.epoch);
  }

  bool tells_epochs() const override { return false; }

  std::size_t values_kept(const std::string& company) override { return one_.values_kept(company); }

  bool restart() override {
    if (!one_.which.restarts) return false;
    state_.reset();
    one_.restart();
    start();
    return true;
  }

  std::size_t from_cache() const { return from_cache_; }
  std::size_t from_store() const { return from_store_; }

 private:
  void start() { state_ = std::make_unique<daemon_state>(*one_.database, cache_bytes_); }

  result<store::integration> set(const write_request& request) {
    return state_->integrations.set(
        {.company = request.company,
         .integration = request.integration,
         .value = bytes(request.text),
         .provider = {},
         .label = {},
         .scopes = {},
         .expires_at = request.expires_at,
         .replace = request.expected.what == store::expectation::kind::either});
  }

  result<store::integration> rotate(const write_request& request) {
    return state_->integrations.rotate({.company = request.company,
                                        .integration = request.integration,
                                        .value = bytes(request.text),
                                        .expires_at = request.expires_at,
                                        .if_version = {},
                                        .cut = request.cut});
  }

  run_model::seen fetch_at(const std::string& company, const std::string& id, std::uint64_t epoch) {
    std::string text;
    const auto place = [&](std::size_t size) {
      text.assign(size, '\0');
      return std::as_writable_bytes(std::span(text));
    };
    auto& all = state_->integrations;
    if (const auto cached = all.fetch_cached(company, id, epoch, clock::now_ms(), place)) {
      ++from_cache_;
      return seen_of(*cached, text);
    }
    ++from_store_;
    return seen_of(all.fetch(company, id, epoch, place), text);
  }

  static run_model::seen seen_of(const result<service::fetched>& found, const std::string& text) {
    using as = run_model::seen::as;
    if (!found) return run_model::nothing(found.error().code);
    as how = found->fell_forward ? as::fallen_forward : as::current;
    if (found->freshness == service::freshness::pinned) how = as::pinned;
    return {
        .error = {}, .what = {found->version, text, found->expires_at}, .how = how, .visible = {}};
  }

  opened& one_;
  const std::size_t cache_bytes_;
  steered_clock clock_;
  std::unique_ptr<daemon_state> state_;
  std::size_t from_cache_ = 0;
  std::size_t from_store_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(R1_R2_service_model)

BOOST_AUTO_TEST_CASE(random_interleavings_agree_with_the_model_through_the_caches) {
  const folders_in_memory quick;
  log::set_level(log::level::warning);  // not each of thousands of sweeps
  for (const std::size_t cache_bytes : {std::size_t{1} << 20, few_entries})
    on_each_backend([=](opened& one) {
      service_subject subject(one, cache_bytes);
      const std::string name = one.which.name + ", cache of " + std::to_string(cache_bytes);
      BOOST_TEST(walk_many(subject, name, walks / one.which.slowness) > 0u);
      BOOST_TEST(subject.from_cache() > 0u);
      BOOST_TEST(subject.from_store() > 0u);
    });
}

BOOST_AUTO_TEST_SUITE_END()
