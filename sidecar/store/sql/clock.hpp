// The store's clock: the host's own in SQLite, the server's in PostgreSQL.
#pragma once

#include "store/clock_store.hpp"
#include "store/sql/session.hpp"

namespace coffer::store {

class sql_clock final : public clock_store {
 public:
  explicit sql_clock(database& in) : database_(in) {}

  result<clock_facts> read() override;
  result<void> note(std::uint64_t now, std::optional<std::uint64_t> before) override;

 private:
  database& database_;
};

}  // namespace coffer::store
