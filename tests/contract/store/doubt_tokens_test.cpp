// A2, A3, S6: the tokens of one daemon through gaps, outages and changes of unknown outcome, while
// others change them too. What was revoked, or may have been, stays refused.
#include <map>
#include <random>

#include "clock/clock.hpp"
#include "log/log.hpp"
#include "service/follower.hpp"
#include "service/tokens.hpp"
#include "tests/contract/store/backends.hpp"
#include "tests/contract/store/shaky_store.hpp"
#include "tests/contract/store/steered_clock.hpp"

using namespace coffer;
using namespace coffer::tests;
using ending = store::shaky_state::ending;

namespace {

constexpr std::size_t walks = 40, steps = 300;
constexpr std::uint64_t bound = 20'000;  // ms
constexpr std::uint64_t soon = 200;      // ms: after so long a store that was away is asked again
constexpr std::uint64_t an_hour = 3'600'000;

// One token: when it was revoked, and what the daemon knows of it.
struct token_model {
  std::string agent, text;
  std::uint64_t revoked_at = ~std::uint64_t{0};
  bool refused = false;  // revoked, as far as the daemon can know
  bool kept = false;     // in its cache
  std::optional<std::uint64_t> agreed_at;
  bool live() const { return revoked_at == ~std::uint64_t{0}; }
  void refuse() {
    refused = true;
    kept = false;
  }
  void doubt(std::uint64_t at) {
    if (!agreed_at) agreed_at = at;
  }
};

class token_walk {
 public:
  token_walk(opened& one, std::uint64_t seed)
      : real_(*one.database), company_("cmp_" + std::to_string(seed)), random_(seed) {
    ring_.add(secret::buffer(32));
    ages_.set(now_);
    BOOST_TEST_REQUIRE(follower_.step());
    agreed_at_ = now_;
  }

  void step() {
    const std::string agent = "agt_" + std::to_string(random_() % 3);
    switch (random_() % 14) {
      case 0:
        return change(agent, true);
      case 1:
        return change(agent, false);
      case 2:
      case 3:
        return follow(random_() % 3 == 0);
      case 4:
      case 5:
      case 6:
        now_ += random_() % 3 == 0 ? random_() % 3'000 : random_() % 300;
        return ages_.set(now_);
      case 7:
        database_.how.away = random_() % 2 == 0;
        return;
      default:
        return validate(agent);
    }
  }

  std::map<std::string, std::size_t> seen;

 private:
  // A revocation, a rotation with or without an overlap, or a first token: by this daemon or
  // another.
  void change(const std::string& agent, bool here) {
    const bool there = std::ranges::any_of(
        all_, [&](const auto& one) { return one.agent == agent && one.live(); });
    const bool away = here && database_.how.away;
    const bool revoke = there && random_() % 3 == 0,
               overlap = there && !revoke && random_() % 2 == 0;
    const ending how = here ? ending(random_() % 3) : ending::known;
    if (here) database_.how.writes_end = how;
    const errc code = call(here ? here_ : elsewhere_, agent, there, revoke, overlap);
    BOOST_TEST_REQUIRE((code == (away                   ? errc::store_unavailable
                                 : how == ending::known ? errc{}
                                                        : errc::outcome_unknown)));
    if (away) return;
    const bool done = how != ending::unknown_not_done;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      token_model& one = all_[i];
      if (one.agent != agent) continue;
      if (done && one.live()) pending_.emplace_back(i, overlap);
      if (done && one.live() && !overlap) one.revoked_at = now_;
      if (here) overlap ? one.doubt(agreed_at_) : one.refuse();
    }
    if (done && !revoke) learn(agent);
  }

  errc call(service::tokens& tokens, const std::string& agent, bool there, bool revoke,
            bool overlap) {
    if (revoke) return error_of(tokens.revoke(company_, agent, ""));
    const service::token_request request{.company = company_,
                                         .agent = agent,
                                         .scopes = "memory:read",
                                         .expires_at = {},
                                         .overlap_ms = overlap ? an_hour : 0};
    return error_of(there ? tokens.rotate(request) : tokens.issue(request));
  }

  void learn(const std::string& agent) {
    std::string text;
    BOOST_TEST_REQUIRE(elsewhere_
                           .fetch(company_, agent,
                                  [&](std::size_t size) {
                                    text.assign(size, '\0');
                                    return std::as_writable_bytes(std::span(text));
                                  })
                           .has_value());
    all_.push_back({.agent = agent, .text = text, .agreed_at = {}});
  }

  void follow(bool gap) {
    database_.how.gap = gap;
    const bool read = follower_.step();
    BOOST_TEST_REQUIRE(read == !database_.how.away);
    if (!read) return;
    if (gap)
      for (token_model& one : all_) one.doubt(agreed_at_);
    else
      for (const auto& [token, overlap] : pending_)
        overlap ? all_[token].doubt(agreed_at_) : all_[token].refuse();
    pending_.clear();
    agreed_at_ = now_;
  }

  void validate(const std::string& agent) {
    std::vector<token_model*> its;
    for (token_model& one : all_)
      if (one.agent == agent) its.push_back(&one);
    if (its.empty()) return;
    token_model& mine = *its[random_() % its.size()];
    const service::token_question asked{.token = std::as_bytes(std::span(mine.text)),
                                        .company = company_,
                                        .agent = agent,
                                        .scope = "memory:read",
                                        .now = clock::now_ms()};
    const bool could_be_away = database_.how.away || now_ < asked_in_vain_ + soon;
    const auto cached = here_.validate_cached(asked);
    const auto got = cached ? *cached : here_.validate(asked);
    if (!cached && database_.how.away) asked_in_vain_ = now_;
    if (got && got->stale_age) BOOST_TEST(could_be_away, "the store was not asked");
    ++seen[got ? got->stale_age ? "stale" : "fresh" : std::string(name_of(got.error().code))];
    const bool asked_store = !cached && !database_.how.away;
    if (asked_store) {
      BOOST_TEST((error_of(got) == (mine.live() ? errc{} : errc::token_revoked)));
      mine.refused = !mine.live();
      mine.kept = mine.live();
      mine.agreed_at.reset();
    } else if (got) {
      BOOST_TEST(!mine.refused, "what was revoked passes");
      const std::uint64_t age = got->stale_age.value_or(service::store_contact::fresh_for);
      BOOST_TEST(age <= bound);
      BOOST_TEST(mine.revoked_at >= now_ - age);
    } else if (got.error().code == errc::store_unavailable) {
      BOOST_TEST((!mine.kept || now_ > mine.agreed_at.value_or(agreed_at_) + bound));
    } else {
      BOOST_TEST((got.error().code == errc::token_revoked && mine.refused));
    }
  }

  store::store& real_;
  const std::string company_;
  store::shaky_store database_{real_};
  std::mt19937_64 random_;
  std::uint64_t now_ = 1'000'000;
  steered_ages ages_;
  vault::keyring ring_;
  vault::vault vault_{ring_, std::size_t{1} << 20}, other_vault_{ring_, std::size_t{1} << 20};
  service::store_contact contact_{true, {.credentials = bound, .tokens = bound}};
  service::store_contact other_contact_{true};
  service::tokens here_{database_, vault_, contact_};
  service::tokens elsewhere_{real_, other_vault_, other_contact_};
  service::runs runs_{database_, contact_};
  service::follower follower_{database_, vault_, runs_, contact_};
  std::vector<token_model> all_;
  std::vector<std::pair<std::size_t, bool>> pending_;  // tokens, and whether with an overlap
  std::uint64_t agreed_at_ = 0;
  std::uint64_t asked_in_vain_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(A3_doubt)

BOOST_AUTO_TEST_CASE(a_doubted_token_passes_as_far_as_it_may_and_a_revoked_one_never) {
  log::set_level(log::level::error);  // not each gap
  on_each_backend([](opened& one) {
    std::map<std::string, std::size_t> seen;
    for (std::uint64_t seed = 1; seed <= walks / one.which.slowness + 1; ++seed) {
      BOOST_TEST_CONTEXT("seed " << seed) {
        token_walk walk(one, seed);
        for (std::size_t i = 0; i < steps; ++i) walk.step();
        for (const auto& [what, times] : walk.seen) seen[what] += times;
      }
    }
    for (const char* what : {"stale", "fresh", "token_revoked", "store_unavailable"})
      BOOST_TEST(seen[what] > 0u, what);
  });
  log::set_level(log::level::warning);
}

// A machine that sleeps stops the monotonic clock, and this test drives the one that goes on.
BOOST_AUTO_TEST_CASE(time_that_the_machine_sleeps_counts_as_age) {
  steered_ages ages;
  ages.set(1'000'000);
  service::store_contact contact(true);
  contact.agreed(service::store_contact::clock_ms());
  BOOST_TEST(contact.age() == 0u);
  ages.set(1'020'000);
  BOOST_TEST(contact.age() == 20'000u);
  BOOST_TEST(*contact.stale_age(1'010'000, 0) == 10'000u);
}

BOOST_AUTO_TEST_SUITE_END()
