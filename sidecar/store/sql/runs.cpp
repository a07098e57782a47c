#include "store/sql/runs.hpp"

#include "store/kinds.hpp"
#include "store/sql/rows.hpp"

namespace coffer::store {
namespace {

#define COFFER_SQL_RUN "SELECT company_id, run_id, agent_id, epoch, began_at, ends_at FROM runs "

run run_of(const sql_row& row) {
  return {.company = row.string(0),
          .id = row.string(1),
          .agent = row.string(2),
          .epoch = row.number(3),
          .began_at = row.number(4),
          .ends_at = row.number(5)};
}

std::optional<run> find_live(session& with, const std::string& company, const std::string& id,
                             std::uint64_t now) {
  return with.first(COFFER_SQL_RUN "WHERE company_id = $1 AND run_id = $2 AND ends_at > $3",
                    {company, id, now}, run_of);
}

// Other hosts forget what they know of the run.
void publish_end(session& with, const std::string& company, const std::string& id) {
  with.append_change({company, std::string(run_kind), id, ""}, 0);
}

bool forget(session& with, const std::string& company, const std::string& id) {
  const bool found =
      with.run("DELETE FROM runs WHERE company_id = $1 AND run_id = $2", {company, id}) > 0;
  if (found) publish_end(with, company, id);
  return found;
}

failure no_such_run() { return failure(errc::not_found, "there is no live run of that id"); }

}  // namespace

result<run> sql_runs::begin(const run& wanted, std::uint64_t now) {
  return database_.write("run_begin", [&](session& with) -> result<run> {
    run begun = wanted;
    begun.epoch = lock_company(with, wanted.company);
    if (find_live(with, wanted.company, wanted.id, now))
      return failure(errc::already_exists,
                     "there is a live run of that id; end it or take another");
    if (forget(with, wanted.company, wanted.id))  // one past its limit
      delete_unneeded(with, wanted.company, "", now);
    with.run(
        "INSERT INTO runs (company_id, run_id, agent_id, epoch, began_at, ends_at, time_limit)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7)",
        {begun.company, begun.id, begun.agent, begun.epoch, begun.began_at, begun.ends_at,
         begun.ends_at - begun.began_at});
    return begun;
  });
}

result<void> sql_runs::end(const std::string& company, const std::string& id, std::uint64_t now) {
  return database_.write("run_end", [&](session& with) -> result<void> {
    lock_company(with, company);
    if (!find_live(with, company, id, now)) return no_such_run();
    forget(with, company, id);
    delete_unneeded(with, company, "", now);
    return {};
  });
}

result<run> sql_runs::find(const std::string& company, const std::string& id, std::uint64_t now) {
  return database_.read("run_find", [&](session& with) -> result<run> {
    auto found = find_live(with, company, id, now);
    if (!found) return no_such_run();
    return *std::move(found);
  });
}

result<std::vector<run>> sql_runs::list(const std::string& company, const std::string& after,
                                        std::size_t limit, std::uint64_t now) {
  return database_.read("run_list", [&](session& with) -> result<std::vector<run>> {
    return with.all(COFFER_SQL_RUN
                    "WHERE company_id = $1 AND run_id > $2 AND ends_at > $3 ORDER BY run_id"
                    " LIMIT $4",
                    {company, after, now, limit}, run_of);
  });
}

// A transaction for each company, since each is a lock: no other company waits.
result<std::vector<run_name>> sql_runs::sweep(time_bounds now) {
  using names = std::vector<std::string>;
  if (const auto shortened = shorten(now.latest); !shortened) return shortened.error();
  const auto companies = database_.read("run_sweep", [&](session& with) -> result<names> {
    return with.all("SELECT DISTINCT company_id FROM runs WHERE ends_at <= $1", {now.earliest},
                    [](const sql_row& row) { return row.string(0); });
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
result<void> sql_runs::shorten(std::uint64_t now) {
  return database_.write("run_shorten", [&](session& with) -> result<void> {
    with.run(
        "UPDATE runs SET ends_at = $1 + time_limit WHERE began_at > $2"
        " AND ends_at - time_limit > $1",
        {now, now + ahead_max});
    return {};
  });
}

result<std::vector<run_name>> sql_runs::sweep_company(const std::string& company,
                                                      std::uint64_t now) {
  using names = std::vector<run_name>;
  return database_.write("run_sweep", [&](session& with) -> result<names> {
    lock_company(with, company);
    names ended =
        with.all("DELETE FROM runs WHERE company_id = $1 AND ends_at <= $2 RETURNING run_id",
                 {company, now}, [&](const sql_row& row) {
                   return run_name{company, row.string(0)};
                 });
    for (const run_name& one : ended) publish_end(with, company, one.id);
    delete_unneeded(with, company, "", now);
    return ended;
  });
}

}  // namespace coffer::store
