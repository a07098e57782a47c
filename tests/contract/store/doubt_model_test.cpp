// S5, S6, R2, I6: one daemon through gaps, outages and writes of unknown outcome, while others
// write too. Whatever it serves is not too old, not older than before, and not taken back; and what
// it may serve it does.
#include <map>
#include <random>

#include "clock/clock.hpp"
#include "log/log.hpp"
#include "service/follower.hpp"
#include "service/integrations.hpp"
#include "tests/contract/store/backends.hpp"
#include "tests/contract/store/shaky_store.hpp"
#include "tests/contract/store/steered_clock.hpp"

using namespace coffer;
using namespace coffer::tests;
using ending = store::shaky_state::ending;

namespace {

constexpr std::size_t walks = 60, steps = 400;
constexpr std::uint64_t bound = 20'000;  // ms
constexpr std::uint64_t soon = 200;      // ms: after so long a store that was away is asked again

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// A version, and from when to when it was the current one.
struct life {
  std::uint64_t version = 0;
  std::string text;
  std::uint64_t from = 0;
  std::uint64_t until = ~std::uint64_t{0};
};

// One integration: all that ever was, and what the daemon knows of it.
struct secret_model {
  std::vector<life> lives;
  std::uint64_t told = 0;     // the newest version that a caller was told of
  std::uint64_t refused = 0;  // versions up to this were deleted or cut, as far as it can know
  struct kept_value {
    std::uint64_t version = 0;
    std::optional<std::uint64_t> agreed_at;  // once it is doubted
  };
  std::optional<kept_value> kept;  // what must be in its cache

  const life* current() const {
    return lives.empty() || lives.back().until != ~std::uint64_t{0} ? nullptr : &lives.back();
  }
  std::uint64_t newest() const { return lives.empty() ? 0 : lives.back().version; }
  void doubt(std::uint64_t agreed_at) {
    if (kept && !kept->agreed_at) kept->agreed_at = agreed_at;
  }
  void tell(std::uint64_t version) {
    told = std::max(told, version);
    if (kept && kept->version < version) kept.reset();
  }
  void refuse() {
    refused = newest();
    kept.reset();
  }
};

class doubt_walk {
 public:
  doubt_walk(opened& one, std::uint64_t seed)
      : real_(*one.database), company_("cmp_" + std::to_string(seed)), random_(seed) {
    ring_.add(secret::buffer(32));
    ages_.set(now_);
    BOOST_TEST_REQUIRE(follower_.step());
    agreed_at_ = now_;
  }

  void step() {
    const std::string id = "int_" + std::to_string(random_() % 3);
    switch (random_() % 16) {
      case 0:
      case 1:
        return write(id, true);
      case 2:
      case 3:
        return write(id, false);
      case 4:
        return remove(id, random_() % 2 == 0);
      case 5:
        return follow(random_() % 3 == 0);
      case 6:
      case 7:
        return follow(false);
      case 8:
      case 9:
        now_ += random_() % 3 == 0 ? random_() % 3'000 : random_() % 300;
        return ages_.set(now_);
      case 10:
        database_.how.away = random_() % 2 == 0;
        return;
      case 11:
        return show(id);
      default:
        return fetch(id);
    }
  }

  std::map<std::string, std::size_t> seen;  ///< how often each kind of answer was given

 private:
  using pending = std::pair<std::string, store::change>;

  bool just_away() const { return database_.how.away || now_ < asked_in_vain_ + soon; }

  ending any_ending() {
    const auto dice = random_() % 6;
    return dice > 1 ? ending::known : dice == 0 ? ending::unknown_done : ending::unknown_not_done;
  }

  result<store::integration> call_write(const std::string& id, const std::string& text, bool cut,
                                        bool here) {
    service::integrations& all = here ? here_ : elsewhere_;
    if (cut)
      return all.rotate({.company = company_,
                         .integration = id,
                         .value = bytes(text),
                         .expires_at = {},
                         .if_version = {},
                         .cut = true});
    return all.set({.company = company_,
                    .integration = id,
                    .value = bytes(text),
                    .provider = {},
                    .label = {},
                    .scopes = {},
                    .expires_at = {},
                    .replace = true});
  }

  // By this daemon, or by another one, of which the feed tells. A cut needs something to be there.
  void write(const std::string& id, bool here) {
    const bool cut = random_() % 4 == 0, away = here && database_.how.away;
    const std::string text = id + " " + std::to_string(++texts_);
    secret_model& mine = secrets_[id];
    const std::uint64_t before = mine.newest();
    const bool there = mine.current() != nullptr;
    const ending how = here ? any_ending() : ending::known;
    if (here) database_.how.writes_end = how;
    const auto written = call_write(id, text, cut, here);
    if (away) return;  // nothing was changed, and nothing may have changed in the cache
    if (how != ending::unknown_not_done && (there || !cut)) {
      if (there) mine.lives.back().until = now_;
      const auto version = real_.integrations().show(company_, id)->version;
      mine.lives.push_back({version, text, now_});
      pending_.push_back({id, {{}, version, cut}});
    }
    if (here) learn_written(mine, written, cut, before);
  }

  void learn_written(secret_model& mine, const result<store::integration>& written, bool cut,
                     std::uint64_t before) const {
    if (!written && written.error().code == errc::not_found) return mine.refuse();
    BOOST_TEST_REQUIRE((written || written.error().code == errc::outcome_unknown));
    if (cut) mine.refused = before;
    if (!written) return cut ? mine.kept.reset() : mine.doubt(agreed_at_);
    const bool was_kept = mine.kept.has_value();
    mine.tell(written->version);
    if (was_kept) mine.kept = {written->version, agreed_at_};
  }

  void remove(const std::string& id, bool here) {
    secret_model& mine = secrets_[id];
    const bool there = mine.current() != nullptr, away = here && database_.how.away;
    const ending how = here ? any_ending() : ending::known;
    if (here) database_.how.writes_end = how;
    const auto removed = (here ? here_ : elsewhere_).remove(company_, id, {});
    if (away) return;
    if (there && how != ending::unknown_not_done) {
      mine.lives.back().until = now_;
      pending_.push_back({id, {{}, 0, false}});
    }
    if (here && (removed || removed.error().code != errc::store_unavailable)) mine.refuse();
  }

  // What it reads of the feed; a gap: that nothing is known of what stood there.
  void follow(bool gap) {
    database_.how.gap = gap;
    const bool read = follower_.step();
    BOOST_TEST_REQUIRE(read == !database_.how.away);
    if (!read) return;
    if (gap)
      for (auto& [id, mine] : secrets_) mine.doubt(agreed_at_);
    else
      for (const auto& [id, change] : pending_) learn_told(secrets_[id], change);
    pending_.clear();
    agreed_at_ = now_;
  }

  void learn_told(secret_model& mine, const store::change& change) const {
    const auto kept = mine.kept ? mine.kept->version : 0;
    if (change.version == 0) {
      mine.kept.reset();
      for (const life& one : mine.lives)
        if (one.until <= now_) mine.refused = std::max(mine.refused, one.version);
    } else if (change.refreshed) {
      mine.refused = std::max(mine.refused, change.version - 1);
      if (kept < change.version) mine.kept.reset();
      if (kept == change.version) mine.doubt(agreed_at_);
    } else if (kept < change.version) {
      mine.doubt(agreed_at_);
    }
  }

  void show(const std::string& id) {
    const auto shown = here_.show(company_, id);
    secret_model& mine = secrets_[id];
    if (shown) return mine.tell(shown->version);
    if (shown.error().code == errc::not_found) mine.refuse();
  }

  void fetch(const std::string& id) {
    std::string text;
    const auto place = [&](std::size_t size) {
      text.assign(size, '\0');
      return std::as_writable_bytes(std::span(text));
    };
    const bool could_be_away = just_away();
    auto cached = here_.fetch_cached(company_, id, vault::current_epoch, clock::now_ms(), place);
    const bool from_cache = cached.has_value();
    const auto got =
        from_cache ? *std::move(cached) : here_.fetch(company_, id, vault::current_epoch, place);
    if (!from_cache && database_.how.away) asked_in_vain_ = now_;
    secret_model& mine = secrets_[id];
    if (got) return check_value(mine, *got, text, from_cache, could_be_away);
    ++seen[std::string(name_of(got.error().code))];
    if (got.error().code == errc::not_found) {
      BOOST_TEST(!mine.current());
      return mine.refuse();
    }
    BOOST_TEST((got.error().code == errc::store_unavailable));
    BOOST_TEST(database_.how.away);
    BOOST_TEST(!must_be_served(mine), id << ": what was cached is gone, at " << now_);
  }

  bool must_be_served(const secret_model& mine) const {
    if (!mine.kept) return false;
    const std::uint64_t agreed_at = mine.kept->agreed_at.value_or(agreed_at_);
    return now_ + vault::agreements::grain <= agreed_at + bound;
  }

  void check_value(secret_model& mine, const service::fetched& got, const std::string& text,
                   bool from_cache, bool could_be_away) {
    const auto found = std::ranges::find(mine.lives, got.version, &life::version);
    BOOST_TEST_REQUIRE((found != mine.lives.end()));
    BOOST_TEST(found->text == text);
    BOOST_TEST(got.version >= mine.told, "version " << got.version << " after " << mine.told);
    const bool stale = got.freshness == service::freshness::stale;
    const bool asked = !from_cache && !stale;
    if (!asked) BOOST_TEST(got.version > mine.refused, "what was deleted or cut is back");
    if (stale) {
      ++seen["stale"];
      BOOST_TEST(could_be_away);
      BOOST_TEST(*got.age <= bound);
      BOOST_TEST(found->until >= now_ - *got.age, "it is older than it says");
    } else {
      ++seen[asked ? "asked" : "fresh"];
      BOOST_TEST(found->until >= now_ - service::store_contact::fresh_for);
      if (asked) BOOST_TEST((mine.current() && mine.current()->version == got.version));
    }
    mine.tell(got.version);
    if (!asked) return;
    mine.refused = std::min(mine.refused, got.version - 1);
    mine.kept = {got.version, std::nullopt};
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
  service::integrations here_{database_, vault_, contact_};
  service::integrations elsewhere_{real_, other_vault_, other_contact_};
  service::runs runs_{database_, contact_};
  service::follower follower_{database_, vault_, runs_, contact_};
  std::map<std::string, secret_model> secrets_;
  std::vector<pending> pending_;  // what the feed has told nobody yet
  std::uint64_t agreed_at_ = 0;
  std::uint64_t asked_in_vain_ = 0;
  std::size_t texts_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(S6_doubt)

BOOST_AUTO_TEST_CASE(what_is_doubted_is_served_as_far_as_it_may_be_and_no_further) {
  log::set_level(log::level::error);  // not each gap
  on_each_backend([](opened& one) {
    std::map<std::string, std::size_t> seen;
    for (std::uint64_t seed = 1; seed <= walks / one.which.slowness + 1; ++seed) {
      BOOST_TEST_CONTEXT("seed " << seed) {
        doubt_walk walk(one, seed);
        for (std::size_t i = 0; i < steps; ++i) walk.step();
        for (const auto& [what, times] : walk.seen) seen[what] += times;
      }
    }
    for (const char* what : {"stale", "asked", "fresh", "not_found", "store_unavailable"})
      BOOST_TEST(seen[what] > 0u, what);
  });
  log::set_level(log::level::warning);
}

BOOST_AUTO_TEST_SUITE_END()
