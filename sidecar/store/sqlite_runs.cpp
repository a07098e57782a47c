#include "store/sqlite_runs.hpp"

#include <set>

#include "store/sqlite_rows.hpp"

namespace coffer::store {
namespace {

using behaviour = SQLite::TransactionBehavior;

constexpr const char* columns =
    "SELECT company_id, run_id, agent_id, epoch, began_at, ends_at FROM runs ";

run run_of(SQLite::Statement& row) {
  return {.company = row.getColumn(0).getString(),
          .id = row.getColumn(1).getString(),
          .agent = row.getColumn(2).getString(),
          .epoch = number_of(row.getColumn(3)),
          .began_at = number_of(row.getColumn(4)),
          .ends_at = number_of(row.getColumn(5))};
}

std::optional<run> find_live(sqlite_connection& connection, const std::string& company,
                             const std::string& id, std::uint64_t now) {
  static const std::string sql =
      std::string(columns) + "WHERE company_id = ? AND run_id = ? AND ends_at > ?";
  auto& row = connection.prepare(sql.c_str());
  row.bind(1, company);
  row.bind(2, id);
  row.bind(3, number(now));
  if (!row.executeStep()) return std::nullopt;
  run found = run_of(row);
  row.tryReset();
  return found;
}

// Other hosts forget what they know of the run.
void publish_end(sqlite_connection& connection, const std::string& company, const std::string& id) {
  append_change(connection, {company, std::string(run_kind), id, ""}, 0);
}

bool forget(sqlite_connection& connection, const std::string& company, const std::string& id) {
  auto& remove = connection.prepare("DELETE FROM runs WHERE company_id = ? AND run_id = ?");
  remove.bind(1, company);
  remove.bind(2, id);
  const bool found = remove.exec() > 0;
  if (found) publish_end(connection, company, id);
  return found;
}

// Those that began by a clock which was set back since.
void shorten(sqlite_connection& connection, std::uint64_t now) {
  auto& update = connection.prepare(
      "UPDATE runs SET ends_at = ?1 + time_limit WHERE began_at > ?2 AND ends_at - time_limit > "
      "?1");
  update.bind(1, number(now));
  update.bind(2, number(now + run_store::ahead_max));
  update.exec();
}

}  // namespace

result<run> sqlite_runs::begin(const run& wanted, std::uint64_t now) {
  return writer_.guarded("run_begin", [&](sqlite_connection& connection) -> result<run> {
    SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
    if (find_live(connection, wanted.company, wanted.id, now))
      return failure(errc::already_exists,
                     "there is a live run of that id; end it or take another");
    if (forget(connection, wanted.company, wanted.id))  // one past its limit
      delete_unneeded(connection, wanted.company, "", now);
    run begun = wanted;
    begun.epoch = epoch_of(connection, wanted.company);
    auto& insert = connection.prepare(
        "INSERT INTO runs (company_id, run_id, agent_id, epoch, began_at, ends_at, time_limit)"
        " VALUES (?,?,?,?,?,?,?)");
    insert.bind(1, begun.company);
    insert.bind(2, begun.id);
    insert.bind(3, begun.agent);
    insert.bind(4, number(begun.epoch));
    insert.bind(5, number(begun.began_at));
    insert.bind(6, number(begun.ends_at));
    insert.bind(7, number(begun.ends_at - begun.began_at));
    insert.exec();
    transaction.commit();
    return begun;
  });
}

result<void> sqlite_runs::end(const std::string& company, const std::string& id,
                              std::uint64_t now) {
  return writer_.guarded("run_end", [&](sqlite_connection& connection) -> result<void> {
    SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
    if (!find_live(connection, company, id, now))
      return failure(errc::not_found, "there is no live run of that id");
    forget(connection, company, id);
    delete_unneeded(connection, company, "", now);
    transaction.commit();
    return {};
  });
}

result<run> sqlite_runs::find(const std::string& company, const std::string& id,
                              std::uint64_t now) {
  return reader_.guarded("run_find", [&](sqlite_connection& connection) -> result<run> {
    auto found = find_live(connection, company, id, now);
    if (!found) return failure(errc::not_found, "there is no live run of that id");
    return *std::move(found);
  });
}

result<std::vector<run>> sqlite_runs::list(const std::string& company, const std::string& after,
                                           std::size_t limit, std::uint64_t now) {
  return reader_.guarded(
      "run_list", [&](sqlite_connection& connection) -> result<std::vector<run>> {
        static const std::string sql =
            std::string(columns) +
            "WHERE company_id = ? AND run_id > ? AND ends_at > ? ORDER BY run_id LIMIT ?";
        auto& row = connection.prepare(sql.c_str());
        row.bind(1, company);
        row.bind(2, after);
        row.bind(3, number(now));
        row.bind(4, number(limit));
        std::vector<run> found;
        while (row.executeStep()) found.push_back(run_of(row));
        row.tryReset();
        return found;
      });
}

result<std::vector<run_name>> sqlite_runs::sweep(time_bounds now) {
  using names = std::vector<run_name>;
  return writer_.guarded("run_sweep", [&](sqlite_connection& connection) -> result<names> {
    SQLite::Transaction transaction(connection.database(), behaviour::IMMEDIATE);
    shorten(connection, now.latest);
    auto& row =
        connection.prepare("DELETE FROM runs WHERE ends_at <= ? RETURNING company_id, run_id");
    row.bind(1, number(now.earliest));
    names ended;
    while (row.executeStep())
      ended.push_back({row.getColumn(0).getString(), row.getColumn(1).getString()});
    std::set<std::string> companies;
    for (const auto& [company, id] : ended) {
      publish_end(connection, company, id);
      companies.insert(company);
    }
    for (const std::string& company : companies)
      delete_unneeded(connection, company, "", now.earliest);
    transaction.commit();
    return ended;
  });
}

}  // namespace coffer::store
