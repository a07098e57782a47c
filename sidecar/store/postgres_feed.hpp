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
/// the snapshot, whatever its number. Snapshots mean something only within one life of one server,
/// so that stands beside it, with the time; past both there is a gap.
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
  void listen();
  void take_notifications();

  /// What the server told of the channel since it was last looked at.
  class listener final : public pqxx::notification_receiver {
   public:
    explicit listener(pqxx::connection& connection)
        : notification_receiver(connection, postgres_channel) {}
    void operator()(const std::string&, int) override { heard = true; }
    bool heard = false;
  };

  postgres_pool& pool_;
  int wake_;  // an eventfd
  std::unique_ptr<postgres_connection> connection_;
  std::optional<listener> listener_;  // of the connection
};

}  // namespace coffer::store
