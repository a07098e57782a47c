// What agents' tokens must come to (A1–A3).
#pragma once

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"
#include "protocol/messages.hpp"
#include "protocol/reader.hpp"
#include "tests/fuzz/expect.hpp"

namespace coffer::tests {

struct expected_token {
  std::string kid, company, agent, scopes;
  std::uint64_t version = 0;
  std::string text{};  ///< once it was fetched
  /// good; good for a while, or no longer; no longer, for either reason; revoked
  enum class state { good, overlapping, over, revoked } is = state::good;

  bool may_be_good() const { return is == state::good || is == state::overlapping; }
};

class expected_tokens {
 public:
  void issued(const protocol::token_issue_request& asked, const protocol::token_record& reply) {
    expect(!newest_of(asked.company, asked.agent) && reply.scopes == asked.scopes);
    add(asked.company, asked.agent, reply);
  }

  void rotated(const protocol::token_rotate_request& asked, const protocol::token_record& reply) {
    const expected_token* before = newest_of(asked.company, asked.agent);
    if (asked.scopes) expect(reply.scopes == *asked.scopes);
    if (!asked.scopes && before) expect(reply.scopes.value == before->scopes);
    const bool overlap = asked.overlap.value_or(0) != 0;
    for (expected_token& one : all_) {
      if (!of(one, asked.company, asked.agent) || !one.may_be_good()) continue;
      if (overlap)
        one.is = state::overlapping;
      else
        one.is = one.is == state::good ? state::revoked : state::over;
    }
    add(asked.company, asked.agent, reply);
  }

  void revoked(const protocol::token_revoke_request& asked) {
    for (expected_token& one : all_)
      if (of(one, asked.company, asked.agent) && (!asked.kid || one.kid == asked.kid->value))
        one.is = state::revoked;
  }

  /// Whether it was fetched for the first time.
  bool fetched(const protocol::token_fetch_request& asked,
               const protocol::token_fetch_reply& reply) {
    const auto one = std::ranges::find(all_, reply.kid.value, &expected_token::kid);
    expect(one != all_.end() && of(*one, asked.company, asked.agent) && one->may_be_good());
    const expected_token* newest = newest_of(asked.company, asked.agent);
    expect(one->version == reply.version && (!newest || newest->version <= one->version));
    const std::string_view text = protocol::as_text(reply.value.value);
    const bool first = one->text.empty();
    expect(first || one->text == text);
    one->text = text;
    return first;
  }

  void validated(const protocol::token_validate_request& asked,
                 const protocol::token_validate_reply& reply) const {
    expect(verdict(asked).value_or(0) == 0);
    const expected_token* one = of_text(asked.token);
    expect(one && one->may_be_good() && of(*one, asked.company, asked.agent));
    expect(one->kid == reply.kid.value && one->scopes == reply.scopes.value);
    if (asked.scope && !asked.scope->value.empty())
      expect(granted(one->scopes, asked.scope->value));
  }

  void listed(const protocol::token_list_request& asked,
              const protocol::token_list_reply& reply) const {
    for (const auto& row : reply.tokens) {
      const auto one = std::ranges::find(all_, row.kid.value, &expected_token::kid);
      expect(one != all_.end() && of(*one, asked.company, row.agent));
      expect(!asked.agent || *asked.agent == row.agent);
    }
  }

  std::size_t count(std::string_view company) const {
    return static_cast<std::size_t>(std::ranges::count(all_, company, &expected_token::company));
  }

  /// The newest that is surely good.
  const expected_token* newest_of(const protocol::identifier& company,
                                  const protocol::identifier& agent) const {
    const expected_token* found = nullptr;
    for (const expected_token& one : all_)
      if (of(one, company, agent) && one.is == state::good) found = &one;
    return found;
  }

  /// What a validator must hear; 0: the token is good; nullopt: it depends on the clock, or on
  /// which of two reasons came first.
  std::optional<std::uint64_t> verdict(const protocol::token_validate_request& asked) const {
    const expected_token* one = of_text(asked.token);
    if (!one) return code(errc::token_unknown);
    if (one->is == state::revoked) return code(errc::token_revoked);
    if (one->is != state::good) return std::nullopt;
    if (one->company != asked.company.value) return code(errc::wrong_company);
    if (one->agent != asked.agent.value) return code(errc::wrong_agent);
    if (!asked.scope || asked.scope->value.empty()) return 0;
    if (asked.scope->value.find_first_of(" *,") != std::string_view::npos)
      return code(errc::invalid_field);
    return granted(one->scopes, asked.scope->value) ? 0 : code(errc::missing_scope);
  }

 private:
  using state = expected_token::state;

  static std::uint64_t code(errc one) { return static_cast<std::uint64_t>(one); }
  static bool of(const expected_token& one, const protocol::identifier& company,
                 const protocol::identifier& agent) {
    return one.company == company.value && one.agent == agent.value;
  }

  static bool granted(const std::string& scopes, std::string_view wanted) {
    std::istringstream words(scopes);
    for (std::string word; words >> word;) {
      const std::string_view open(word.data(), word.size() - 1);
      if (word.back() == '*' ? wanted.starts_with(open) : wanted == word) return true;
    }
    return false;
  }

  const expected_token* of_text(const protocol::secret_bytes& text) const {
    const auto found =
        std::ranges::find(all_, protocol::as_text(text.value), &expected_token::text);
    return found == all_.end() ? nullptr : &*found;
  }

  void add(const protocol::identifier& company, const protocol::identifier& agent,
           const protocol::token_record& reply) {
    expect(reply.agent == agent &&
           !std::ranges::count(all_, reply.kid.value, &expected_token::kid));
    all_.push_back({.kid = std::string(reply.kid.value),
                    .company = std::string(company.value),
                    .agent = std::string(agent.value),
                    .scopes = std::string(reply.scopes.value),
                    .version = reply.version});
  }

  std::vector<expected_token> all_;
};

}  // namespace coffer::tests
