#include "store/sqlite_tokens.hpp"

#include "store/sql/token_rules.hpp"
#include "store/sqlite_rows.hpp"

namespace coffer::store {
namespace {

using behaviour = SQLite::TransactionBehavior;

// Columns of a token with its secret; complete with WHERE.
#define COFFER_SQLITE_TOKEN                                                                     \
  "SELECT t.company_id, t.kid, t.agent_id, t.scopes, t.version, t.issued_at, t.expires_at,"     \
  " t.revoked_at, s.last_used_at, s.key_id, s.nonce, s.value FROM tokens t LEFT JOIN secrets s" \
  " ON s.company_id = t.company_id AND s.kind = 'agent_token' AND s.subject_id = t.agent_id"    \
  " AND s.name = t.kid AND s.version = t.version "
#define COFFER_SQLITE_TOKEN_LIVE \
  " AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?) "

token token_of(SQLite::Statement& row) {
  return {.kid = row.getColumn(1).getString(),
          .company = row.getColumn(0).getString(),
          .agent = row.getColumn(2).getString(),
          .scopes = row.getColumn(3).getString(),
          .version = number_of(row.getColumn(4)),
          .issued_at = number_of(row.getColumn(5)),
          .expires_at = optional_number(row.getColumn(6)),
          .revoked_at = optional_number(row.getColumn(7)),
          .last_used_at = optional_number(row.getColumn(8))};
}

result<sealed_token> sealed_token_of(SQLite::Statement& row) {
  sealed_token found{token_of(row), sealed_of(row, 9)};
  row.tryReset();
  if (!found.sealed && !found.meta.revoked_at) return failure(errc::tampered);
  return found;
}

std::vector<token> tokens_of(SQLite::Statement& row) {
  std::vector<token> found;
  while (row.executeStep()) found.push_back(token_of(row));
  row.tryReset();
  return found;
}

std::vector<token> live_tokens(sqlite_connection& connection, const std::string& company,
                               const std::string& agent, std::uint64_t now) {
  auto& row = connection.prepare(
      COFFER_SQLITE_TOKEN "WHERE t.company_id = ? AND t.agent_id = ?" COFFER_SQLITE_TOKEN_LIVE
                          "ORDER BY t.version DESC");
  row.bind(1, company);
  row.bind(2, agent);
  row.bind(3, number(now));
  return tokens_of(row);
}

void publish(sqlite_connection& connection, const token& one, std::uint64_t version,
             bool refreshed = false) {
  append_change(connection, {one.company, std::string(token_kind), one.agent, one.kid}, version,
                refreshed);
}

// The secret goes at once; the row stays to say why the token is refused.
void revoke_one(sqlite_connection& connection, const token& one, std::uint64_t now) {
  auto& mark =
      connection.prepare("UPDATE tokens SET revoked_at = ? WHERE company_id = ? AND kid = ?");
  mark.bind(1, number(now));
  mark.bind(2, one.company);
  mark.bind(3, one.kid);
  mark.exec();
  auto& wipe = connection.prepare(
      "DELETE FROM secrets WHERE company_id = ? AND kind = 'agent_token' AND subject_id = ?"
      " AND name = ?");
  wipe.bind(1, one.company);
  wipe.bind(2, one.agent);
  wipe.bind(3, one.kid);
  wipe.exec();
  publish(connection, one, 0);
}

void expire_one(sqlite_connection& connection, const token& one, std::uint64_t at) {
  if (one.expires_at && *one.expires_at <= at) return;
  auto& mark =
      connection.prepare("UPDATE tokens SET expires_at = ? WHERE company_id = ? AND kid = ?");
  mark.bind(1, number(at));
  mark.bind(2, one.company);
  mark.bind(3, one.kid);
  mark.exec();
  publish(connection, one, one.version, true);
}

void insert_token(sqlite_connection& connection, const token& one) {
  auto& insert = connection.prepare(
      "INSERT INTO tokens (company_id, kid, agent_id, scopes, version, issued_at, expires_at)"
      " VALUES (?,?,?,?,?,?,?)");
  insert.bind(1, one.company);
  insert.bind(2, one.kid);
  insert.bind(3, one.agent);
  insert.bind(4, one.scopes);
  insert.bind(5, number(one.version));
  insert.bind(6, number(one.issued_at));
  bind_optional(insert, 7, one.expires_at);
  insert.exec();
}

// An agent's tokens with a kid, or with an empty one all, newest first.
std::vector<token> named_tokens(sqlite_connection& connection, const std::string& company,
                                const std::string& agent, const std::string& kid) {
  auto& row = connection.prepare(COFFER_SQLITE_TOKEN
                                 "WHERE t.company_id = ?1 AND t.agent_id = ?2"
                                 " AND (?3 = '' OR t.kid = ?3) ORDER BY t.version DESC");
  row.bind(1, company);
  row.bind(2, agent);
  row.bind(3, kid);
  return tokens_of(row);
}

}  // namespace

result<token> sqlite_tokens::issue(const token_change& change, const sealer& seal) {
  return writer_.guarded("token_issue", [&](sqlite_connection& connection) -> result<token> {
    SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
    const auto others = live_tokens(connection, change.company, change.agent, change.now);
    if (const auto error = check(change, others)) return *error;
    const token next = next_token(change, others, bump_epoch(connection, change.company));
    for (const token& one : others)
      change.overlap_ms == 0 ? revoke_one(connection, one, change.now)
                             : expire_one(connection, one, end_of_overlap(change));
    insert_token(connection, next);
    insert_secret(connection,
                  {change.row_id, change.company, token_kind, change.agent, change.kid,
                   next.version, change.now, change.expires_at, std::nullopt},
                  seal(next.version));
    publish(connection, next, next.version);
    transaction.commit();
    return next;
  });
}

result<std::vector<std::string>> sqlite_tokens::revoke(const std::string& company,
                                                       const std::string& agent,
                                                       const std::string& kid, std::uint64_t now) {
  using kids = std::vector<std::string>;
  return writer_.guarded("token_revoke", [&](sqlite_connection& connection) -> result<kids> {
    SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
    const auto named = named_tokens(connection, company, agent, kid);
    if (named.empty()) return failure(errc::not_found, "the agent has no such token");
    kids revoked;
    for (const token& one : named) {
      if (one.revoked_at) continue;
      if (live(one, now)) revoked.push_back(one.kid);
      revoke_one(connection, one, now);
    }
    transaction.commit();
    return revoked;
  });
}

result<sealed_token> sqlite_tokens::current(const std::string& company, const std::string& agent,
                                            std::uint64_t now) {
  return reader_.guarded(
      "token_current", [&](sqlite_connection& connection) -> result<sealed_token> {
        auto& row = connection.prepare(
            COFFER_SQLITE_TOKEN "WHERE t.company_id = ? AND t.agent_id = ?" COFFER_SQLITE_TOKEN_LIVE
                                "ORDER BY t.version DESC LIMIT 1");
        row.bind(1, company);
        row.bind(2, agent);
        row.bind(3, number(now));
        if (!row.executeStep())
          return failure(errc::not_found, "the agent has no live token; issue one");
        return sealed_token_of(row);
      });
}

result<sealed_token> sqlite_tokens::find(const std::string& company, const std::string& kid) {
  return reader_.guarded("token_find", [&](sqlite_connection& connection) -> result<sealed_token> {
    auto& row = connection.prepare(COFFER_SQLITE_TOKEN
                                   "WHERE t.kid = ? ORDER BY t.company_id = ? DESC LIMIT 1");
    row.bind(1, kid);
    row.bind(2, company);
    if (!row.executeStep()) return failure(errc::not_found);
    return sealed_token_of(row);
  });
}

result<std::vector<token>> sqlite_tokens::list(const std::string& company, const std::string& agent,
                                               const std::string& after, std::size_t limit) {
  return reader_.guarded(
      "token_list", [&](sqlite_connection& connection) -> result<std::vector<token>> {
        auto& row = connection.prepare(COFFER_SQLITE_TOKEN
                                       "WHERE t.company_id = ?1 AND t.kid > ?2"
                                       " AND (?3 = '' OR t.agent_id = ?3) ORDER BY t.kid LIMIT ?4");
        row.bind(1, company);
        row.bind(2, after);
        row.bind(3, agent);
        row.bind(4, number(limit));
        return tokens_of(row);
      });
}

}  // namespace coffer::store
