// The feed of changes in PostgreSQL.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "store/postgres_pool.hpp"
#include "store/store.hpp"

namespace coffer::store {

/// A position is a snapshot of the server: what it does not see is what comes next. So it does not
/// matter in which order transactions took their numbers and ended: one that commits late is not in
/// the snapshot, whatever its number. A server that recovers from a crash of one backend gives
/// numbers of transactions out again; rows' own numbers it does not, so those above the last one
/// that was seen come next, too. Both mean something only within one life of one database, so that
/// stands beside them, with the time; past either there is a gap.
///
/// A connection that died without a word is found by its silence: a reading that is not answered in
/// a quarter of a second cuts it and is repeated on a new one. The first reading on a connection
/// has as long as any call, and a slow database more than a fast one.
///
/// One thread waits and reads, on a connection of its own; interrupt() is for all.
class postgres_feed final : public change_feed {
 public:
  explicit postgres_feed(postgres_pool& pool);
  ~postgres_feed() override;

  result<std::string> position() override;
  result<feed_page> changes_after(const std::string& position, std::size_t limit) override;
  void wait(std::chrono::milliseconds timeout) override;
  void interrupt() noexcept override;
  result<void> trim() override;

 private:
  template <class Work>
  auto on_own_connection(std::string_view operation, Work&& work)
      -> decltype(work(std::declval<postgres_connection&>()));
  template <class Work>
  auto ask(Work& work, bool& silent) -> decltype(work(std::declval<postgres_connection&>()));
  void listen();
  void drop() noexcept;
  void take_notifications();

  /// What the server told of the channel since it was last looked at.
  class listener final : public pqxx::notification_receiver {
   public:
    explicit listener(library_connection& connection)
        : notification_receiver(connection, postgres_channel) {}
    void operator()(const std::string&, int) override { heard = true; }
    bool heard = false;
  };

  postgres_pool& pool_;
  int wake_;  // an eventfd
  std::unique_ptr<postgres_connection> connection_;
  std::optional<listener> listener_;  // of the connection
  std::chrono::milliseconds patience_{0};
};

}  // namespace coffer::store
