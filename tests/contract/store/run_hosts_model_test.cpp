// R1, R2, S5: three daemons on one PostgreSQL agree with the model, whichever is asked.
#include "clock/clock.hpp"
#include "log/log.hpp"
#include "tests/contract/store/interleaving.hpp"
#include "tests/contract/store/steered_clock.hpp"
#include "tests/contract/store/three_hosts.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

constexpr std::size_t walks = 15;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

class hosts_subject final : public model_subject {
 public:
  hosts_subject(opened& one, std::size_t cache_bytes) : one_(one), hosts_(one, cache_bytes, 1) {}

  void set_time(std::uint64_t now) override { clock_.set(now); }

  result<std::uint64_t> write(const write_request& request) override {
    const auto written = three_hosts::insist([&] {
      return request.expected.what == store::expectation::kind::present ? rotate(request)
                                                                        : set(request);
    });
    if (!written) return written.error();
    return written->version;
  }

  result<void> refresh(const write_request& request, std::uint64_t version) override {
    const vault::associated_data where(
        {request.company, store::integration_kind, request.integration, store::credential_name});
    return three_hosts::insist([&] {
      one_host& host = hosts_.any();
      auto refreshed = host.database.integrations().refresh(
          {.company = request.company,
           .integration = request.integration,
           .version = version,
           .expires_at = request.expires_at,
           .now = clock::now_ms()},
          [&](std::uint64_t sealed_as) {
            return host.vault.seal(where, sealed_as, bytes(request.text));
          });
      if (refreshed) host.vault.cache().erase(where);
      return refreshed;
    });
  }

  result<void> remove(const std::string& company, const std::string& integration) override {
    return three_hosts::insist(
        [&] { return hosts_.any().integrations.remove(company, integration, {}); });
  }

  result<store::run> begin(const std::string& company, const std::string& run,
                           std::uint64_t time_limit) override {
    return three_hosts::insist(
        [&] { return hosts_.any().runs.begin(company, run, "agt_1", time_limit); });
  }

  result<void> end(const std::string& company, const std::string& run) override {
    return three_hosts::insist([&] { return hosts_.any().runs.end(company, run); });
  }

  void sweep() override {
    const std::uint64_t now = clock::now_ms();
    const auto swept = three_hosts::insist([&] {
      return hosts_.any().database.runs().sweep({now, now});
    });
    BOOST_TEST(swept.has_value());
  }

  run_model::seen fetch(const std::string& company, const std::string& integration,
                        const std::string& run) override {
    one_host& host = hosts_.any_in_step();
    if (run.empty()) return fetch_at(host, company, integration, vault::current_epoch);
    const auto live = three_hosts::insist([&] { return host.runs.find(company, run); });
    if (!live) return run_model::nothing(live.error().code);
    if (!(*live)->live(clock::now_ms())) return run_model::nothing(errc::run_ended);
    return fetch_at(host, company, integration, (*live)->facts.epoch);
  }

  bool tells_epochs() const override { return false; }
  std::size_t values_kept(const std::string& company) override { return one_.values_kept(company); }

  bool restart() override {
    hosts_.kill_one();
    return true;
  }

  const three_hosts& hosts() const { return hosts_; }
  std::size_t from_cache() const { return from_cache_; }
  std::size_t from_store() const { return from_store_; }

 private:
  result<store::integration> set(const write_request& request) {
    return hosts_.any().integrations.set(
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
    return hosts_.any().integrations.rotate({.company = request.company,
                                             .integration = request.integration,
                                             .value = bytes(request.text),
                                             .expires_at = request.expires_at,
                                             .if_version = {},
                                             .cut = request.cut});
  }

  run_model::seen fetch_at(one_host& host, const std::string& company, const std::string& id,
                           std::uint64_t epoch) {
    std::string text;
    const auto place = [&](std::size_t size) {
      text.assign(size, '\0');
      return std::as_writable_bytes(std::span(text));
    };
    auto& all = host.integrations;
    if (const auto cached = all.fetch_cached(company, id, epoch, clock::now_ms(), place)) {
      ++from_cache_;
      return seen_of(*cached, text);
    }
    ++from_store_;
    const auto found = three_hosts::insist([&] { return all.fetch(company, id, epoch, place); });
    return seen_of(found, text);
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
  steered_clock clock_;
  three_hosts hosts_;
  std::size_t from_cache_ = 0;
  std::size_t from_store_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(S5_three_hosts)

BOOST_AUTO_TEST_CASE(random_interleavings_agree_with_the_model_on_every_host) {
  log::set_level(log::level::error);  // not each of hundreds of lost connections
  std::size_t shared = 0;
  for (const backend& which : backends()) {
    opened one(which);
    if (!one.database->shared()) continue;
    ++shared;
    hosts_subject subject(one, std::size_t{1} << 20);
    BOOST_TEST(walk_many(subject, which.name + ", three hosts", walks) > 0u);
    BOOST_TEST(subject.from_cache() > walks);
    BOOST_TEST(subject.from_store() > walks);
    BOOST_TEST(subject.hosts().cuts() > walks);
    BOOST_TEST(subject.hosts().killed() > walks);
  }
  BOOST_TEST(shared == 1u);
  log::set_level(log::level::warning);
}

BOOST_AUTO_TEST_SUITE_END()
