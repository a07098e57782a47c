#include "store/postgres_tokens.hpp"

#include "store/postgres_rows.hpp"
#include "store/sql/token_rules.hpp"

namespace coffer::store {
namespace {

// Columns of a token with its secret; complete with WHERE.
#define COFFER_POSTGRES_TOKEN                                                                   \
  "SELECT t.company_id, t.kid, t.agent_id, t.scopes, t.version, t.issued_at, t.expires_at,"     \
  " t.revoked_at, s.last_used_at, s.key_id, s.nonce, s.value FROM tokens t LEFT JOIN secrets s" \
  " ON s.company_id = t.company_id AND s.kind = 'agent_token' AND s.subject_id = t.agent_id"    \
  " AND s.name = t.kid AND s.version = t.version "

token token_of(const pqxx::row& row) {
  return {.kid = row[1].c_str(),
          .company = row[0].c_str(),
          .agent = row[2].c_str(),
          .scopes = row[3].c_str(),
          .version = number_of(row[4]),
          .issued_at = number_of(row[5]),
          .expires_at = optional_number(row[6]),
          .revoked_at = optional_number(row[7]),
          .last_used_at = optional_number(row[8])};
}

result<sealed_token> sealed_token_of(const pqxx::row& row) {
  sealed_token found{token_of(row), sealed_of(row, 9)};
  if (!found.sealed && !found.meta.revoked_at) return failure(errc::tampered);
  return found;
}

std::vector<token> tokens_of(const pqxx::result& rows) {
  std::vector<token> found;
  for (const pqxx::row& row : rows) found.push_back(token_of(row));
  return found;
}

// An agent's tokens with a kid, or with an empty one all, newest first.
std::vector<token> named_tokens(postgres_scope& scope, const std::string& company,
                                const std::string& agent, const std::string& kid) {
  return tokens_of(scope.run(COFFER_POSTGRES_TOKEN
                             "WHERE t.company_id = $1 AND t.agent_id = $2"
                             " AND ($3 = '' OR t.kid = $3) ORDER BY t.version DESC",
                             company, agent, kid));
}

void publish(postgres_scope& scope, const token& one, std::uint64_t version,
             bool refreshed = false) {
  scope.append_change({one.company, std::string(token_kind), one.agent, one.kid}, version,
                      refreshed);
}

// The secret goes at once; the row stays to say why the token is refused.
void revoke_one(postgres_scope& scope, const token& one, std::uint64_t now) {
  scope.run("UPDATE tokens SET revoked_at = $3 WHERE company_id = $1 AND kid = $2", one.company,
            one.kid, now);
  scope.run(
      "DELETE FROM secrets WHERE company_id = $1 AND kind = 'agent_token' AND subject_id = $2"
      " AND name = $3",
      one.company, one.agent, one.kid);
  publish(scope, one, 0);
}

void expire_one(postgres_scope& scope, const token& one, std::uint64_t at) {
  if (one.expires_at && *one.expires_at <= at) return;
  scope.run("UPDATE tokens SET expires_at = $3 WHERE company_id = $1 AND kid = $2", one.company,
            one.kid, at);
  publish(scope, one, one.version, true);
}

void insert_token(postgres_scope& scope, const token& one) {
  scope.run(
      "INSERT INTO tokens (company_id, kid, agent_id, scopes, version, issued_at, expires_at)"
      " VALUES ($1,$2,$3,$4,$5,$6,$7)",
      one.company, one.kid, one.agent, one.scopes, one.version, one.issued_at, one.expires_at);
}

}  // namespace

result<token> postgres_tokens::issue(const token_change& change, const sealer& seal) {
  return pool_.write("token_issue", [&](auto& connection, auto& transaction) -> result<token> {
    postgres_scope scope{connection, transaction};
    const std::uint64_t version = scope.bump_epoch(change.company);
    auto others = named_tokens(scope, change.company, change.agent, "");
    std::erase_if(others, [&](const token& one) { return !live(one, change.now); });
    if (const auto error = check(change, others)) return *error;
    const token next = next_token(change, others, version);
    for (const token& one : others)
      change.overlap_ms == 0 ? revoke_one(scope, one, change.now)
                             : expire_one(scope, one, end_of_overlap(change));
    insert_token(scope, next);
    scope.insert_secret({change.row_id, change.company, token_kind, change.agent, change.kid,
                         next.version, change.now, change.expires_at, std::nullopt},
                        seal(next.version));
    publish(scope, next, next.version);
    return next;
  });
}

result<std::vector<std::string>> postgres_tokens::revoke(const std::string& company,
                                                         const std::string& agent,
                                                         const std::string& kid,
                                                         std::uint64_t now) {
  using kids = std::vector<std::string>;
  return pool_.write("token_revoke", [&](auto& connection, auto& transaction) -> result<kids> {
    postgres_scope scope{connection, transaction};
    scope.lock_company(company);
    const auto named = named_tokens(scope, company, agent, kid);
    if (named.empty()) return failure(errc::not_found, "the agent has no such token");
    kids revoked;
    for (const token& one : named) {
      if (one.revoked_at) continue;
      if (live(one, now)) revoked.push_back(one.kid);
      revoke_one(scope, one, now);
    }
    return revoked;
  });
}

result<sealed_token> postgres_tokens::current(const std::string& company, const std::string& agent,
                                              std::uint64_t now) {
  return pool_.read(
      "token_current", [&](auto& connection, auto& transaction) -> result<sealed_token> {
        const auto rows = connection.run(
            transaction,
            COFFER_POSTGRES_TOKEN
            "WHERE t.company_id = $1 AND t.agent_id = $2 AND t.revoked_at IS NULL"
            " AND (t.expires_at IS NULL OR t.expires_at > $3) ORDER BY t.version DESC LIMIT 1",
            company, agent, now);
        if (rows.empty()) return failure(errc::not_found, "the agent has no live token; issue one");
        return sealed_token_of(rows[0]);
      });
}

// The second statement goes to every shard, where there are several: it is asked only for tokens of
// other companies and for those that nobody issued.
result<sealed_token> postgres_tokens::find(const std::string& company, const std::string& kid) {
  return pool_.read("token_find", [&](auto& connection, auto& transaction) -> result<sealed_token> {
    auto rows = connection.run(
        transaction, COFFER_POSTGRES_TOKEN "WHERE t.company_id = $1 AND t.kid = $2", company, kid);
    if (rows.empty())
      rows = connection.run(transaction, COFFER_POSTGRES_TOKEN "WHERE t.kid = $1 LIMIT 1", kid);
    if (rows.empty()) return failure(errc::not_found);
    return sealed_token_of(rows[0]);
  });
}

result<std::vector<token>> postgres_tokens::list(const std::string& company,
                                                 const std::string& agent, const std::string& after,
                                                 std::size_t limit) {
  return pool_.read("token_list",
                    [&](auto& connection, auto& transaction) -> result<std::vector<token>> {
                      return tokens_of(connection.run(transaction,
                                                      COFFER_POSTGRES_TOKEN
                                                      "WHERE t.company_id = $1 AND t.kid > $2"
                                                      " AND ($3 = '' OR t.agent_id = $3)"
                                                      " ORDER BY t.kid LIMIT $4",
                                                      company, after, agent, std::uint64_t{limit}));
                    });
}

}  // namespace coffer::store
