#include "store/postgres_feed.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "store/feed_number.hpp"
#include "store/postgres_position.hpp"
#include "store/postgres_rows.hpp"

namespace coffer::store {
namespace {

// Entries are kept for an hour. A reader that was away for at most half of it has missed none:
// what its snapshot did not see was written no longer before than a transaction lasts.
constexpr std::uint64_t gap_after_ms = 30 * 60 * 1000;

constexpr std::chrono::milliseconds least_patience{250};
constexpr int patience_factor = 4;  // times what the last answer took

// Where the feed is now: its life, the time in ms, the snapshot, and the last row that it sees.
#define COFFER_POSTGRES_MOMENT                                      \
  COFFER_POSTGRES_LIFE                                              \
  ", (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at," \
  " (SELECT coalesce(max(number), 0) FROM changes) AS last, pg_current_snapshot() AS seen"

postgres_position position_of(const pqxx::row& row) {
  return {.generation = 0,
          .life = {row[0].c_str(), row[1].c_str(), row[2].c_str(), row[3].c_str()},
          .at = number_of(row[4]),
          .last = number_of(row[5]),
          .snapshot = row[6].c_str()};
}

// Every row that is visible now and was not then: those above the last one of then, and those that
// the snapshot of then could not see, whose transactions begin at its xmin. Rows of another
// incarnation came with a dump: their transactions are not this server's.
constexpr const char* unseen =
    "WITH now AS MATERIALIZED (SELECT " COFFER_POSTGRES_MOMENT
    ") SELECT now.*, c.company_id, c.kind, c.subject_id, c.name, c.version, c.refreshed,"
    " to_regclass('pg_dist_partition') IS NOT NULL"  // Citus
    " FROM now LEFT JOIN ("
    "(SELECT * FROM changes WHERE incarnation = $1 AND number > $2 ORDER BY number LIMIT $4)"
    " UNION ALL (SELECT * FROM changes WHERE incarnation = $1 AND number <= $2"
    " AND xid >= pg_snapshot_xmin($3::pg_snapshot)"
    " AND NOT pg_visible_in_snapshot(xid, $3::pg_snapshot) ORDER BY xid LIMIT $4)"
    ") c ON true ORDER BY c.number";
constexpr row_number company_column = 7, late_column = 13;

change change_of(const pqxx::row& row) {
  return {{row[company_column].c_str(), row[company_column + 1].c_str(),
           row[company_column + 2].c_str(), row[company_column + 3].c_str()},
          number_of(row[company_column + 4]),
          row[company_column + 5].as<bool>()};
}

// The smallest transaction number that was not given out yet: "xmin:xmax:…".
std::uint64_t end_of(const std::string& snapshot) {
  const auto begin = snapshot.find(':') + 1;
  return feed_number(snapshot.substr(begin, snapshot.find(':', begin) - begin)).value_or(0);
}

// A server that was started again is the same one, unless its files were put back: then it has
// given out fewer numbers than before. Of several lives since then only the last is known.
bool reborn(const postgres_position& now, const postgres_position& before) {
  if (!now.life.continues(before.life) || now.generation > before.generation + 1) return true;
  return now.life != before.life && end_of(now.snapshot) < end_of(before.snapshot);
}

feed_page page_of(const pqxx::result& rows, const postgres_position& now,
                  const postgres_position& before, std::size_t limit) {
  feed_page page;
  page.position = text_of(now);
  page.late = rows[0][late_column].as<bool>();
  page.reborn = reborn(now, before);
  page.gap = page.reborn || now.life != before.life || now.generation != before.generation ||
             now.at > before.at + gap_after_ms || static_cast<std::size_t>(rows.size()) > limit;
  if (page.gap || rows[0][company_column].is_null()) return page;
  for (const pqxx::row& row : rows) page.changes.push_back(change_of(row));
  return page;
}

}  // namespace

postgres_feed::postgres_feed(postgres_pool& pool)
    : pool_(pool), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  pool_.when_life_changes([this] { interrupt(); });
}

postgres_feed::~postgres_feed() {
  drop();
  close(wake_);
}

// Listens before it reads: what is committed after a reading is heard of.
void postgres_feed::listen() {
  auto made = pool_.connect();
  const postgres_deadlines::guard time(pool_.deadlines(), made->socket(),
                                       pool_.target().statement_timeout);
  // Its one statement has one good plan; looking for a better one each time takes longer than it.
  pqxx::nontransaction(made->raw()).exec("SET plan_cache_mode = force_generic_plan");
  listener_.emplace(made->raw());
  connection_ = std::move(made);
  patience_ = pool_.target().statement_timeout;
}

// The listener says goodbye, and would wait for an answer.
void postgres_feed::drop() noexcept {
  if (connection_) ::shutdown(connection_->socket(), SHUT_RDWR);
  listener_.reset();
  connection_.reset();
}

// One reading.
template <class Work>
auto postgres_feed::ask(Work& work, bool& silent)
    -> decltype(work(std::declval<postgres_connection&>())) {
  if (connection_ && connection_->generation != pool_.generation()) drop();
  if (!connection_) listen();
  const postgres_deadlines::guard time(pool_.deadlines(), connection_->socket(), patience_);
  const auto began = postgres_deadlines::clock::now();
  try {
    auto done = work(*connection_);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        postgres_deadlines::clock::now() - began);
    patience_ = std::clamp(patience_factor * took, least_patience,
                           std::max(least_patience, pool_.target().statement_timeout));
    return done;
  } catch (...) {
    silent = time.expired();
    throw;
  }
}

// A connection that fell silent is tried again at once; one that was ended belongs to a server that
// is away, and waits its turn with all others.
template <class Work>
auto postgres_feed::on_own_connection(std::string_view operation, Work&& work)
    -> decltype(work(std::declval<postgres_connection&>())) {
  for (bool first = true;; first = false) {
    bool silent = false;
    try {
      return ask(work, silent);
    } catch (const store_away&) {
      return failure(errc::store_unavailable);
    } catch (const library_failure& error) {
      const bool connected = connection_ != nullptr;
      drop();
      if (silent && first) continue;
      pool_.note_lost(operation, base_of(error), connected);
      return failure(errc::store_unavailable);
    }
  }
}

result<std::string> postgres_feed::position() {
  return on_own_connection("feed_position", [&](postgres_connection& connection) {
    pqxx::nontransaction transaction(connection.raw());
    const auto rows = connection.run(transaction, "SELECT " COFFER_POSTGRES_MOMENT);
    postgres_position now = position_of(rows[0]);
    now.generation = pool_.meet(now.life);
    return result<std::string>(text_of(now));
  });
}

result<feed_page> postgres_feed::changes_after(const std::string& position, std::size_t limit) {
  const auto before = parse_position(position);
  if (!before) return failure(errc::invalid_field, "this is no position of the feed");
  return on_own_connection("changes", [&](postgres_connection& connection) {
    listener_->heard = false;
    pqxx::nontransaction transaction(connection.raw());
    const auto rows = connection.run(transaction, unseen, before->life.incarnation, before->last,
                                     before->snapshot, std::uint64_t{limit + 1});
    connection.raw().get_notifs();  // what came with the answer is newer than the answer
    postgres_position now = position_of(rows[0]);
    now.generation = pool_.meet(now.life);
    return result<feed_page>(page_of(rows, now, *before, limit));
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

// What they say does not matter: the reader reads the feed after each wait, and finds a connection
// that was lost.
void postgres_feed::take_notifications() {
  try {
    connection_->raw().get_notifs();
  } catch (const library_failure&) {}
}

void postgres_feed::interrupt() noexcept {
  const std::uint64_t once = 1;
  static_cast<void>(write(wake_, &once, sizeof once) < 0);
}

// Any host does it; what another is deleting just now is left to that one.
result<void> postgres_feed::trim() {
  return pool_.write("feed_trim", [](auto& connection, auto& transaction) -> result<void> {
    connection.run(transaction,
                   "DELETE FROM changes WHERE number IN (SELECT number FROM changes WHERE"
                   " at < clock_timestamp() - interval '1 hour'"
                   " OR incarnation <> (SELECT coffer.incarnation())"
                   " ORDER BY number LIMIT 10000 FOR UPDATE SKIP LOCKED)");
    return {};
  });
}

}  // namespace coffer::store
