#include "store/postgres_pool.hpp"

#include <thread>

#include "log/log.hpp"
#include "store/postgres_failure.hpp"

namespace coffer::store {
namespace {

// A server that has only cut the connection is back before a request has to fail for it.
constexpr std::chrono::milliseconds breaker_wait_max{200};

// The server lives, but is none that can be written to: it is a standby now, or is going down.
bool elsewhere(const std::string& state) { return state == "25006" || state.starts_with("57P"); }

// Of a commit that notifies: the queue of notifications is full.
constexpr std::string_view program_limit_exceeded = "54000";

std::string state_of(const std::exception& error) {
  const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error);
  return sql ? sql->sqlstate() : std::string();
}

}  // namespace

std::unique_ptr<postgres_connection> postgres_pool::connect(clock::time_point end) {
  for (auto left = breaker_.time_left(); left > left.zero(); left = breaker_.time_left()) {
    if (left > breaker_wait_max || (hurry::wanted() && breaker_.unreachable())) throw store_away();
    std::this_thread::sleep_for(left);
  }
  auto made = std::make_unique<postgres_connection>(dialer_, end);
  const postgres_deadlines::guard time(deadlines_, made->socket(), end);
  made->begin_session(target().statement_timeout);
  made->generation = meet(made->life());
  tell(made->peer());
  note_back();
  return made;
}

// Once, and again when it is another server or another way to it.
void postgres_pool::tell(const postgres_peer& peer) {
  {
    const std::lock_guard lock(mutex_);
    if (told_peer_ == peer) return;
    told_peer_ = peer;
  }
  log::info("store_connected", {{"server", peer.server}, {"tls", peer.tls}});
  if (peer.plaintext)
    log::warning("store_in_plaintext",
                 {{"server", peer.server},
                  {"reason",
                   "sslmode=disable is set: passwords, names and times can be read on the"
                   " way, and rows be changed"}});
}

void postgres_pool::note_back() {
  if (!breaker_.succeeded()) return;
  {
    const std::lock_guard lock(mutex_);
    told_reason_.clear();
  }
  log::info("store_back", {{"store", "postgresql"}});
}

std::unique_ptr<postgres_connection> postgres_pool::take(bool& pooled, clock::time_point end) {
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
  return connect(end);
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
                 {{"was", before.incarnation + " " + before.files + " " + before.timeline},
                  {"is", met.incarnation + " " + met.files + " " + met.timeline},
                  {"action",
                   "the database was restored, failed over, or is another one: what was learnt of "
                   "its versions is forgotten"}});
  if (wake_) wake_();
  return generation;
}

// Connections that are lost together count, and are told of, once. Why none can be made is told
// each time that it is for another reason.
void postgres_pool::note_lost(std::string_view operation, const std::exception& error,
                              bool connected) {
  if (connected) drop_idle();  // they lead to the same server
  const std::string reason = one_line(error.what());
  const bool first = connected ? breaker_.lost() : breaker_.failed();
  if (!first) {
    const std::lock_guard lock(mutex_);
    if (connected || told_reason_ == reason) return;
  }
  {
    const std::lock_guard lock(mutex_);
    told_reason_ = reason;
  }
  const std::string advice = advice_for(reason);
  if (advice.empty())
    log::error("store_away", {{"operation", operation}, {"reason", reason}});
  else
    log::error("store_away", {{"operation", operation}, {"reason", reason}, {"action", advice}});
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
                                            int attempts_left) {
  const bool in_doubt = dynamic_cast<const pqxx::in_doubt_error*>(&error) != nullptr;
  const bool rolled_back = dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr;
  const std::string state = state_of(error);
  const bool lost = !connection || !connection->open() || elsewhere(state);
  if (rolled_back && !lost && attempts_left > 0) return verdict::again;
  if (state == program_limit_exceeded && !lost && connection->notified && attempts_left > 0) {
    note_notice(false);
    return verdict::again;
  }
  if (!lost) {
    log::error(in_doubt ? "store_in_doubt" : "store_failed",
               {{"operation", operation}, {"sqlstate", state}, {"reason", one_line(error.what())}});
    return in_doubt ? verdict::unknown : verdict::unavailable;
  }
  if (connection) drop_idle();
  // One from the pool may have died long ago, while its server is well.
  if (pooled && !in_doubt && attempts_left > 0) return verdict::again;
  note_lost(operation, error, connection != nullptr);
  return in_doubt ? verdict::unknown : verdict::unavailable;
}

}  // namespace coffer::store
