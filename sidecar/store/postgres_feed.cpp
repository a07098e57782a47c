#include "store/postgres_feed.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "store/postgres_rows.hpp"

namespace coffer::store {
namespace {

// Entries are kept for an hour. Whoever last read within the half of it has missed none: what he
// did not see was written no longer before than a transaction lasts.
constexpr std::uint64_t gap_after_ms = 30 * 60 * 1000;

// Which life of which server this is, its time in ms, and its snapshot.
#define COFFER_POSTGRES_MOMENT                                                                     \
  "(SELECT system_identifier FROM pg_control_system()) || '/' || (SELECT timeline_id FROM"         \
  " pg_control_checkpoint()) || '/' || extract(epoch FROM pg_postmaster_start_time()) AS history," \
  " (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at, pg_current_snapshot() AS seen"

struct moment {
  std::string history;
  std::uint64_t at = 0;
  std::string snapshot;
};

moment moment_of(const pqxx::row& row) {
  return {row[0].c_str(), number_of(row[1]), row[2].c_str()};
}

std::string text_of(const moment& one) {
  return one.history + "|" + std::to_string(one.at) + "|" + one.snapshot;
}

bool digits(std::string_view text, std::string_view others) {
  return !text.empty() && text.find_first_not_of("0123456789" + std::string(others)) == text.npos;
}

std::optional<moment> parse(const std::string& position) {
  const auto first = position.find('|');
  const auto second = position.find('|', first == position.npos ? first : first + 1);
  if (second == position.npos) return std::nullopt;
  const std::string at = position.substr(first + 1, second - first - 1);
  moment out{position.substr(0, first), 0, position.substr(second + 1)};
  if (!digits(at, "") || at.size() > 18 || !digits(out.snapshot, ":,")) return std::nullopt;
  out.at = std::stoull(at);
  return out;
}

// Every row that is visible now and was not then. Rows that an old snapshot could not see are of
// transactions from its xmin on: the index begins there.
constexpr const char* unseen =
    "WITH now AS MATERIALIZED (SELECT " COFFER_POSTGRES_MOMENT
    ") SELECT now.history, now.at, now.seen, c.company_id, c.kind, c.subject_id, c.name, c.version,"
    " c.refreshed, to_regclass('pg_dist_partition') IS NOT NULL"  // Citus
    " FROM now LEFT JOIN LATERAL (SELECT * FROM changes WHERE now.history = $2"
    "  AND xid >= pg_snapshot_xmin($1::pg_snapshot)"
    "  AND NOT pg_visible_in_snapshot(xid, $1::pg_snapshot) ORDER BY number LIMIT $3) c ON true"
    " ORDER BY c.number";

change change_of(const pqxx::row& row) {
  return {{row[3].c_str(), row[4].c_str(), row[5].c_str(), row[6].c_str()},
          number_of(row[7]),
          row[8].as<bool>()};
}

feed_page page_of(const pqxx::result& rows, const moment& before, std::size_t limit) {
  const moment now = moment_of(rows[0]);
  feed_page page;
  page.position = text_of(now);
  const auto size = static_cast<std::size_t>(rows.size());
  page.late = rows[0][9].as<bool>();
  page.gap = now.history != before.history || now.at > before.at + gap_after_ms || size > limit;
  if (page.gap || rows[0][3].is_null()) return page;
  for (const pqxx::row& row : rows) page.changes.push_back(change_of(row));
  return page;
}

pqxx::result read_unseen(postgres_connection& connection, const moment& before, std::size_t limit) {
  pqxx::nontransaction transaction(connection.raw());
  return connection.run(transaction, unseen, before.snapshot, before.history,
                        std::uint64_t{limit + 1});
}

}  // namespace

postgres_feed::postgres_feed(postgres_pool& pool)
    : pool_(pool), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

postgres_feed::~postgres_feed() {
  listener_.reset();
  close(wake_);
}

// Listens before it reads: what is committed after a reading is heard of.
void postgres_feed::listen() {
  auto made = pool_.connect();
  const postgres_deadlines::guard time(pool_.deadlines(), made->socket(),
                                       pool_.target().statement_timeout);
  listener_.emplace(made->raw());
  connection_ = std::move(made);
}

template <class Work>
auto postgres_feed::on_own_connection(std::string_view operation, Work&& work)
    -> decltype(work(std::declval<postgres_connection&>())) {
  try {
    if (!connection_) listen();
    const postgres_deadlines::guard time(pool_.deadlines(), connection_->socket(),
                                         pool_.target().statement_timeout);
    return work(*connection_);
  } catch (const store_away&) {
  } catch (const pqxx::pqxx_exception& error) {
    const bool connected = connection_ != nullptr;
    listener_.reset();
    connection_.reset();
    pool_.note_lost(operation, error.base(), connected);
  }
  return failure(errc::store_unavailable);
}

result<std::string> postgres_feed::position() {
  return on_own_connection("feed_position", [](postgres_connection& connection) {
    pqxx::nontransaction transaction(connection.raw());
    const auto rows = connection.run(transaction, "SELECT " COFFER_POSTGRES_MOMENT);
    return result<std::string>(text_of(moment_of(rows[0])));
  });
}

result<feed_page> postgres_feed::changes_after(const std::string& position, std::size_t limit) {
  const auto before = parse(position);
  if (!before) return failure(errc::invalid_field, "this is no position of the feed");
  return on_own_connection("changes", [&](postgres_connection& connection) {
    listener_->heard = false;
    const auto rows = read_unseen(connection, *before, limit);
    connection.raw().get_notifs();  // what came with the answer is newer than the answer
    return result<feed_page>(page_of(rows, *before, limit));
  });
}

void postgres_feed::wait(std::chrono::milliseconds timeout) {
  if (listener_ && std::exchange(listener_->heard, false)) return;
  pollfd watched[] = {{wake_, POLLIN, 0}, {connection_ ? connection_->socket() : -1, POLLIN, 0}};
  poll(watched, 2, static_cast<int>(timeout.count()));
  std::uint64_t times = 0;
  if (watched[0].revents != 0 && read(wake_, &times, sizeof times) < 0) return;
  if (watched[1].revents != 0) take_notifications();
}

// What they say does not matter: whoever waited reads the feed.
void postgres_feed::take_notifications() {
  static_cast<void>(on_own_connection("notifications", [](postgres_connection& connection) {
    connection.raw().get_notifs();
    if (!connection.open()) throw pqxx::broken_connection();
    return result<void>();
  }));
}

void postgres_feed::interrupt() noexcept {
  const std::uint64_t once = 1;
  static_cast<void>(write(wake_, &once, sizeof once) < 0);
}

// By whichever host comes first; what another is deleting just now is left to it.
result<void> postgres_feed::trim() {
  return pool_.write("feed_trim", [](auto& connection, auto& transaction) -> result<void> {
    connection.run(transaction,
                   "DELETE FROM changes WHERE number IN (SELECT number FROM changes WHERE at <"
                   " clock_timestamp() - interval '1 hour' ORDER BY number LIMIT 10000"
                   " FOR UPDATE SKIP LOCKED)");
    return {};
  });
}

}  // namespace coffer::store
