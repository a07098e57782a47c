#include "store/postgres_pool.hpp"

#include <thread>

#include "log/log.hpp"

namespace coffer::store {
namespace {

// A server that has only cut the connection is back before a request has to fail for it.
constexpr std::chrono::milliseconds patience{200};

// One line: the server's texts have several.
std::string text_of(const std::exception& error) {
  std::string text = error.what();
  for (char& one : text)
    if (static_cast<unsigned char>(one) < ' ') one = ' ';
  return text;
}

// The server lives, but is none that can be written to: it is a standby now, or is going down.
bool elsewhere(const std::string& state) { return state == "25006" || state.starts_with("57P"); }

// Of a commit that notifies: the queue of notifications is full.
constexpr std::string_view program_limit_exceeded = "54000";

std::string state_of(const std::exception& error) {
  const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error);
  return sql ? sql->sqlstate() : std::string();
}

}  // namespace

std::unique_ptr<postgres_connection> postgres_pool::connect() {
  for (auto left = breaker_.time_left(); left > left.zero(); left = breaker_.time_left()) {
    if (left > patience || (hurry::wanted() && breaker_.unreachable())) throw store_away();
    std::this_thread::sleep_for(left);
  }
  auto made = std::make_unique<postgres_connection>(target_);
  const postgres_deadlines::guard time(deadlines_, made->socket(),
                                       hurry::within(target_.statement_timeout));
  made->begin_session(target_);
  made->generation = meet(made->life());
  if (breaker_.succeeded()) log::info("store_back", {{"store", "postgresql"}});
  return made;
}

std::unique_ptr<postgres_connection> postgres_pool::take(bool& pooled) {
  {
    const std::lock_guard lock(mutex_);
    const auto stale = postgres_breaker::clock::now() - idle_time;
    std::erase_if(idle_, [&](const idle_connection& one) { return one.since < stale; });
    pooled = !idle_.empty();
    if (pooled) {
      auto connection = std::move(idle_.back().connection);
      idle_.pop_back();
      return connection;
    }
  }
  return connect();
}

void postgres_pool::give_back(std::unique_ptr<postgres_connection> connection) {
  if (!connection->open()) return;
  const std::lock_guard lock(mutex_);
  if (connection->generation != generation_) return;
  idle_.push_back({std::move(connection), postgres_breaker::clock::now()});
}

void postgres_pool::drop_idle() {
  const std::lock_guard lock(mutex_);
  idle_.clear();
}

std::uint64_t postgres_pool::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

// Two servers may answer at one address, and tell two stories: what is cached is never believed
// across them.
std::uint64_t postgres_pool::meet(const postgres_life& met) {
  postgres_life before;
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    if (life_ == met) return generation_;
    before = std::exchange(life_, met);
    idle_.clear();
    generation = ++generation_;
  }
  if (before.started.empty()) return generation;
  if (!met.continues(before))
    log::warning("store_reborn",
                 {{"was", before.incarnation + "." + before.timeline},
                  {"is", met.incarnation + "." + met.timeline},
                  {"action",
                   "the database was restored, failed over, or is another one: what was learnt of "
                   "its versions is forgotten"}});
  if (wake_) wake_();
  return generation;
}

void postgres_pool::note_lost(std::string_view operation, const std::exception& error,
                              bool connected) {
  if (connected) drop_idle();  // they lead to the same server
  if (connected ? breaker_.lost() : breaker_.failed())
    log::error("store_away", {{"operation", operation}, {"reason", text_of(error)}});
}

void postgres_pool::note_notice(bool taken) {
  const bool turned = taken ? notices_.taken() : notices_.refused();
  if (!turned) return;
  if (taken) return log::info("notify_queue_has_room", {{"store", "postgresql"}});
  log::warning("notify_queue_full",
               {{"action",
                 "end the session that listens and sits in a transaction (pg_stat_activity,"
                 " oldest xact_start); until then hosts hear of changes by polling"}});
}

// Nothing is repeated that may have been done: only the commit can leave that open, and it says so.
postgres_pool::verdict postgres_pool::judge(std::string_view operation, const std::exception& error,
                                            const postgres_connection* connection, bool pooled,
                                            int attempt) {
  const bool in_doubt = dynamic_cast<const pqxx::in_doubt_error*>(&error) != nullptr;
  const bool rolled_back = dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr;
  const std::string state = state_of(error);
  const bool lost = !connection || !connection->open() || elsewhere(state);
  if (rolled_back && !lost && attempt < attempts_max) return verdict::again;
  if (state == program_limit_exceeded && !lost && connection->notified && attempt < attempts_max) {
    note_notice(false);
    return verdict::again;
  }
  if (!lost) {
    log::error("store_failed",
               {{"operation", operation}, {"sqlstate", state}, {"reason", text_of(error)}});
    return verdict::unavailable;
  }
  if (connection) drop_idle();
  // One from the pool may have died long ago, while its server is well.
  if (pooled && !in_doubt && attempt < attempts_max) return verdict::again;
  note_lost(operation, error, connection != nullptr);
  return in_doubt ? verdict::unknown : verdict::unavailable;
}

}  // namespace coffer::store
