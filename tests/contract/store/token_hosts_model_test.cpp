// A1–A3, S5: an agent's tokens on three daemons of one PostgreSQL, against a model of two rules.
#include <map>

#include "clock/clock.hpp"
#include "log/log.hpp"
#include "service/token_text.hpp"
#include "tests/contract/store/steered_clock.hpp"
#include "tests/contract/store/three_hosts.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

constexpr std::size_t steps = 900;

// A token is good until it is revoked, which a rotation does, too, unless it names an overlap; then
// until that is over.
struct model_token {
  std::string text;
  std::optional<std::uint64_t> expires_at;
  bool revoked = false;

  errc judged(std::uint64_t now) const {
    if (revoked) return errc::token_revoked;
    return expires_at && *expires_at <= now ? errc::token_expired : errc{};
  }
};

class token_walk {
 public:
  explicit token_walk(opened& one) : hosts_(one, std::size_t{1} << 20, 7) { clock_.set(now_); }

  void step() {
    const std::string agent = "agt_" + std::to_string(random_() % 3);
    switch (random_() % 14) {
      case 0:
        return issue(agent);
      case 1:
        return rotate(agent, 0);
      case 2:
      case 7:
      case 8:
        return rotate(agent, 15);
      case 3:
        return revoke(agent);
      case 4:
      case 5:
      case 6:
        now_ += random_() % 30;
        return clock_.set(now_);
      default:
        return validate(agent);
    }
  }

  std::size_t judged(errc how) const {
    const auto found = judged_.find(how);
    return found == judged_.end() ? 0 : found->second;
  }
  const three_hosts& hosts() const { return hosts_; }

 private:
  bool has_live(const std::string& agent) const {
    const auto found = tokens_.find(agent);
    return found != tokens_.end() &&
           std::ranges::any_of(found->second, [&](const auto& one) { return good(one); });
  }
  bool good(const model_token& one) const { return one.judged(now_) == errc{}; }

  void issue(const std::string& agent) {
    const bool there = has_live(agent);
    const auto issued = three_hosts::insist([&] {
      return hosts_.any().tokens.issue(
          {.company = "cmp_a", .agent = agent, .scopes = "memory:read", .expires_at = {}});
    });
    BOOST_TEST((error_of(issued) == (there ? errc::already_exists : errc{})));
    if (issued) learn(agent);
  }

  void rotate(const std::string& agent, std::uint64_t overlap) {
    const bool there = has_live(agent);
    const auto rotated = three_hosts::insist([&] {
      return hosts_.any().tokens.rotate({.company = "cmp_a",
                                         .agent = agent,
                                         .scopes = {},
                                         .expires_at = {},
                                         .overlap_ms = overlap});
    });
    BOOST_TEST((error_of(rotated) == (there ? errc{} : errc::not_found)));
    if (!rotated) return;
    for (model_token& one : tokens_[agent]) {
      if (!good(one)) continue;
      if (overlap == 0) one.revoked = true;
      const std::uint64_t end = now_ + overlap;
      if (overlap != 0 && (!one.expires_at || *one.expires_at > end)) one.expires_at = end;
    }
    learn(agent);
  }

  void revoke(const std::string& agent) {
    const auto revoked =
        three_hosts::insist([&] { return hosts_.any().tokens.revoke("cmp_a", agent, ""); });
    BOOST_TEST(revoked.has_value() == tokens_.contains(agent));
    for (model_token& one : tokens_[agent]) one.revoked = true;
    if (tokens_[agent].empty()) tokens_.erase(agent);
  }

  // The text of the newest one.
  void learn(const std::string& agent) {
    std::string text;
    const auto fetched = three_hosts::insist([&] {
      return hosts_.any().tokens.fetch("cmp_a", agent, [&](std::size_t size) {
        text.assign(size, '\0');
        return std::as_writable_bytes(std::span(text));
      });
    });
    BOOST_TEST_REQUIRE(fetched.has_value());
    tokens_[agent].push_back({text, {}, false});
  }

  void validate(const std::string& agent) {
    const auto found = tokens_.find(agent);
    if (found == tokens_.end()) return;
    const model_token& one = found->second[random_() % found->second.size()];
    one_host& host = hosts_.any_in_step();
    const service::token_question asked{.token = std::as_bytes(std::span(one.text)),
                                        .company = "cmp_a",
                                        .agent = agent,
                                        .scope = "memory:read",
                                        .now = now_};
    const auto got = three_hosts::insist([&] { return host.tokens.validate(asked); });
    BOOST_TEST((error_of(got) == one.judged(now_)), name_of(error_of(got)));
    ++judged_[error_of(got)];
  }

  std::uint64_t now_ = 1'000'000;
  steered_clock clock_;
  std::mt19937_64 random_{11};
  three_hosts hosts_;
  std::map<std::string, std::vector<model_token>> tokens_;
  std::map<errc, std::size_t> judged_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(A3_three_hosts)

BOOST_AUTO_TEST_CASE(tokens_are_judged_alike_by_every_host) {
  log::set_level(log::level::error);
  std::size_t shared = 0;
  for (const backend& which : backends()) {
    opened one(which);
    if (!one.database->shared()) continue;
    ++shared;
    token_walk walk(one);
    for (std::size_t i = 0; i < steps; ++i) walk.step();
    for (const errc how : {errc{}, errc::token_revoked, errc::token_expired})
      BOOST_TEST(walk.judged(how) > 10u, name_of(how));
    BOOST_TEST(walk.hosts().cuts() > 10u);
    BOOST_TEST(walk.hosts().killed() > 5u);
  }
  BOOST_TEST(shared == 1u);
  log::set_level(log::level::warning);
}

BOOST_AUTO_TEST_SUITE_END()
