#include "store/postgres_runs.hpp"

#include "store/postgres_rows.hpp"

namespace coffer::store {
namespace {

#define COFFER_POSTGRES_RUN \
  "SELECT company_id, run_id, agent_id, epoch, began_at, ends_at FROM runs "

run run_of(const pqxx::row& row) {
  return {.company = row[0].c_str(),
          .id = row[1].c_str(),
          .agent = row[2].c_str(),
          .epoch = number_of(row[3]),
          .began_at = number_of(row[4]),
          .ends_at = number_of(row[5])};
}

std::optional<run> find_live(postgres_connection& connection, pqxx::transaction_base& transaction,
                             const std::string& company, const std::string& id, std::uint64_t now) {
  const auto rows = connection.run(
      transaction, COFFER_POSTGRES_RUN "WHERE company_id = $1 AND run_id = $2 AND ends_at > $3",
      company, id, now);
  if (rows.empty()) return std::nullopt;
  return run_of(rows[0]);
}

// Other hosts forget what they know of the run.
void publish_end(postgres_scope& scope, const std::string& company, const std::string& id) {
  scope.append_change({company, std::string(run_kind), id, ""}, 0);
}

bool forget(postgres_scope& scope, const std::string& company, const std::string& id) {
  const bool found =
      scope.run("DELETE FROM runs WHERE company_id = $1 AND run_id = $2", company, id)
          .affected_rows() > 0;
  if (found) publish_end(scope, company, id);
  return found;
}

failure no_such_run() { return failure(errc::not_found, "there is no live run of that id"); }

}  // namespace

result<run> postgres_runs::begin(const run& wanted, std::uint64_t now) {
  return pool_.write("run_begin", [&](auto& connection, auto& transaction) -> result<run> {
    postgres_scope scope{connection, transaction};
    run begun = wanted;
    begun.epoch = scope.lock_company(wanted.company);
    if (find_live(connection, transaction, wanted.company, wanted.id, now))
      return failure(errc::already_exists,
                     "there is a live run of that id; end it or take another");
    if (forget(scope, wanted.company, wanted.id))  // one past its limit
      scope.delete_unneeded(wanted.company, "", now);
    scope.run(
        "INSERT INTO runs (company_id, run_id, agent_id, epoch, began_at, ends_at, time_limit)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7)",
        begun.company, begun.id, begun.agent, begun.epoch, begun.began_at, begun.ends_at,
        begun.ends_at - begun.began_at);
    return begun;
  });
}

result<void> postgres_runs::end(const std::string& company, const std::string& id,
                                std::uint64_t now) {
  return pool_.write("run_end", [&](auto& connection, auto& transaction) -> result<void> {
    postgres_scope scope{connection, transaction};
    scope.lock_company(company);
    if (!find_live(connection, transaction, company, id, now)) return no_such_run();
    forget(scope, company, id);
    scope.delete_unneeded(company, "", now);
    return {};
  });
}

result<run> postgres_runs::find(const std::string& company, const std::string& id,
                                std::uint64_t now) {
  return pool_.read("run_find", [&](auto& connection, auto& transaction) -> result<run> {
    auto found = find_live(connection, transaction, company, id, now);
    if (!found) return no_such_run();
    return *std::move(found);
  });
}

result<std::vector<run>> postgres_runs::list(const std::string& company, const std::string& after,
                                             std::size_t limit, std::uint64_t now) {
  return pool_.read(
      "run_list", [&](auto& connection, auto& transaction) -> result<std::vector<run>> {
        std::vector<run> found;
        for (const pqxx::row& row :
             connection.run(transaction,
                            COFFER_POSTGRES_RUN "WHERE company_id = $1 AND run_id > $2"
                                                " AND ends_at > $3 ORDER BY run_id LIMIT $4",
                            company, after, now, std::uint64_t{limit}))
          found.push_back(run_of(row));
        return found;
      });
}

// A transaction for each company, since each is a lock: no other company waits.
result<std::vector<run_name>> postgres_runs::sweep(time_bounds now) {
  using names = std::vector<std::string>;
  if (const auto shortened = shorten(now.latest); !shortened) return shortened.error();
  const auto companies =
      pool_.read("run_sweep", [&](auto& connection, auto& transaction) -> result<names> {
        names found;
        for (const pqxx::row& row :
             connection.run(transaction, "SELECT DISTINCT company_id FROM runs WHERE ends_at <= $1",
                            now.earliest))
          found.emplace_back(row[0].c_str());
        return found;
      });
  if (!companies) return companies.error();
  std::vector<run_name> ended;
  for (const std::string& company : *companies) {
    auto swept = sweep_company(company, now.earliest);
    if (!swept) return swept.error();
    ended.insert(ended.end(), swept->begin(), swept->end());
  }
  return ended;
}

// Mostly there is none, and nothing is written.
result<void> postgres_runs::shorten(std::uint64_t now) {
  return pool_.write("run_shorten", [&](auto& connection, auto& transaction) -> result<void> {
    connection.run(transaction,
                   "UPDATE runs SET ends_at = $1::bigint + time_limit WHERE began_at > $2"
                   " AND ends_at - time_limit > $1::bigint",
                   now, now + ahead_max);
    return {};
  });
}

result<std::vector<run_name>> postgres_runs::sweep_company(const std::string& company,
                                                           std::uint64_t now) {
  using names = std::vector<run_name>;
  return pool_.write("run_sweep", [&](auto& connection, auto& transaction) -> result<names> {
    postgres_scope scope{connection, transaction};
    scope.lock_company(company);
    names ended;
    for (const pqxx::row& row :
         scope.run("DELETE FROM runs WHERE company_id = $1 AND ends_at <= $2 RETURNING run_id",
                   company, now))
      ended.push_back({company, row[0].c_str()});
    for (const run_name& one : ended) publish_end(scope, company, one.id);
    scope.delete_unneeded(company, "", now);
    return ended;
  });
}

}  // namespace coffer::store
