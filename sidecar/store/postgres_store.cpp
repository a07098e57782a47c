#include "store/postgres_store.hpp"

#include "store/postgres/session.hpp"
#include "store/postgres_audit.hpp"
#include "store/postgres_feed.hpp"
#include "store/postgres_keys.hpp"
#include "store/postgres_migrations.hpp"
#include "store/postgres_pool.hpp"
#include "store/postgres_tokens.hpp"
#include "store/sql/clock.hpp"
#include "store/sql/hosts.hpp"
#include "store/sql/integrations.hpp"
#include "store/sql/runs.hpp"

namespace coffer::store {
namespace {

class postgres_store final : public store {
 public:
  explicit postgres_store(postgres_target target) : pool_(std::move(target)) {}

  std::string_view name() const noexcept override { return "postgresql"; }
  bool shared() const noexcept override { return true; }
  integration_store& integrations() noexcept override { return integrations_; }
  run_store& runs() noexcept override { return runs_; }
  token_store& tokens() noexcept override { return tokens_; }
  audit_store& audit() noexcept override { return audit_; }
  key_store& keys() noexcept override { return keys_; }
  host_store& hosts() noexcept override { return hosts_; }
  clock_store& clock() noexcept override { return clock_; }
  change_feed& feed() noexcept override { return feed_; }

 private:
  postgres_pool pool_;
  postgres_database database_{pool_};
  sql_integrations integrations_{database_};
  sql_runs runs_{database_};
  postgres_tokens tokens_{pool_};
  postgres_audit audit_{pool_};
  postgres_keys keys_{pool_};
  sql_hosts hosts_{database_};
  sql_clock clock_{database_};
  postgres_feed feed_{pool_};
};

}  // namespace

std::unique_ptr<store> open_postgres_store(postgres_target target) {
  migrate(target);
  return std::make_unique<postgres_store>(std::move(target));
}

void migrate_postgres_store(const postgres_target& target) { migrate(target); }

}  // namespace coffer::store
