// Connections of the workers, and what becomes of a call when the server fails.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "error/result.hpp"
#include "store/hurry.hpp"
#include "store/postgres_breaker.hpp"
#include "store/postgres_connection.hpp"
#include "store/postgres_deadline.hpp"
#include "store/postgres_notices.hpp"

namespace coffer::store {

/// Thrown instead of waiting for a server that is away.
struct store_away {};

/// As many connections as there are calls at a time; idle ones are kept for a minute. Thread-safe.
class postgres_pool {
 public:
  using clock = postgres_dialer::clock;

  explicit postgres_pool(postgres_target target) : dialer_(std::move(target)) {}

  /// Runs `work(connection, transaction)` on its own, each statement a transaction. What the server
  /// or the way to it does becomes store_unavailable; the reason goes to the log.
  template <class Work>
  auto read(std::string_view operation, Work&& work) {
    return guarded(operation, [&](postgres_connection& connection) {
      pqxx::nontransaction transaction(connection.raw());
      return work(connection, transaction);
    });
  }

  /// Runs `work(connection, transaction)` in one transaction, which is committed if it returns a
  /// value, and repeated if the server rolled it back for another's sake. Also outcome_unknown: the
  /// connection was lost while it was committed, or the server warned that a standby may not have
  /// it.
  template <class Work>
  auto write(std::string_view operation, Work&& work) {
    return guarded(operation, [&](postgres_connection& connection) {
      connection.notifies = notices_.wanted();
      connection.notified = false;
      pqxx::work transaction(connection.raw());
      auto done = work(connection, transaction);
      if (!done) return done;
      // A timeout that ends a commit's wait for the standby makes the server report success.
      transaction.exec0("SET LOCAL statement_timeout = 0");
      connection.commit(transaction);
      if (connection.notified) note_notice(true);
      return done;
    });
  }

  /// A connection beside the pool, for the feed. Throws store_away or pqxx::failure.
  std::unique_ptr<postgres_connection> connect() { return connect(end_of_call()); }
  /// Tells which life of the database a session or the feed's reader has met, and returns its
  /// generation. Another one than before is a new generation: connections of earlier ones are
  /// closed, and `wake` is called.
  std::uint64_t meet(const postgres_life& met);
  std::uint64_t generation() const;
  /// What wakes the reader of the feed. Before any session begins.
  void when_life_changes(std::function<void()> wake) { wake_ = std::move(wake); }

  /// What the feed's reader learned: the connection that it had is lost, or none can be made.
  void note_lost(std::string_view operation, const std::exception& error, bool connected);

  postgres_deadlines& deadlines() noexcept { return deadlines_; }
  const postgres_target& target() const noexcept { return dialer_.target(); }

 private:
  static constexpr int attempts_max = 5;
  static constexpr std::chrono::seconds idle_time{60};

  struct idle_connection {
    std::unique_ptr<postgres_connection> connection;
    postgres_breaker::clock::time_point since;
  };
  enum class verdict { again, unavailable, unknown };

  template <class Work>
  auto guarded(std::string_view operation, Work&& work)
      -> decltype(work(std::declval<postgres_connection&>())) {
    const auto end = end_of_call();
    for (int attempt = 1;; ++attempt) {
      bool pooled = false;
      std::unique_ptr<postgres_connection> connection;
      try {
        connection = take(pooled, end);
        auto done = in_time(*connection, end, work);
        give_back(std::move(connection));
        return done;
      } catch (const store_away&) {
        return failure(errc::store_unavailable);
      } catch (const library_failure& error) {
        const int left = clock::now() < end ? attempts_max - attempt : 0;
        const verdict what = judge(operation, base_of(error), connection.get(), pooled, left);
        if (connection) give_back(std::move(connection));
        if (what == verdict::again) continue;
        return failure(what == verdict::unknown ? errc::outcome_unknown : errc::store_unavailable);
      }
    }
  }

  template <class Work>
  auto in_time(postgres_connection& connection, clock::time_point end, Work& work) {
    const postgres_deadlines::guard time(deadlines_, connection.socket(), end);
    return work(connection);
  }

  clock::time_point end_of_call() const {
    return clock::now() + hurry::within(target().statement_timeout);
  }
  std::unique_ptr<postgres_connection> connect(clock::time_point end);
  std::unique_ptr<postgres_connection> take(bool& pooled, clock::time_point end);
  void give_back(std::unique_ptr<postgres_connection> connection);
  verdict judge(std::string_view operation, const std::exception& error,
                const postgres_connection* connection, bool pooled, int attempts_left);
  void drop_idle();
  void note_notice(bool taken);
  void tell(const postgres_peer& peer);
  void note_back();

  postgres_dialer dialer_;
  postgres_deadlines deadlines_;
  postgres_breaker breaker_;
  postgres_notices notices_;
  std::function<void()> wake_;
  mutable std::mutex mutex_;
  postgres_life life_;
  std::uint64_t generation_ = 0;
  std::vector<idle_connection> idle_;  // the one used last is at the end
  postgres_peer told_peer_;
  std::string told_reason_;  // of the outage; empty: there is none
};

}  // namespace coffer::store
