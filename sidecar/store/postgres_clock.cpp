#include "store/postgres_clock.hpp"

#include "store/postgres_rows.hpp"

namespace coffer::store {

result<clock_facts> postgres_clock::read() {
  return pool_.read("clock", [&](auto& connection, auto& transaction) -> result<clock_facts> {
    const auto rows =
        connection.run(transaction,
                       "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint,"
                       " (SELECT seen_at FROM clock)");
    return clock_facts{.now = number_of(rows[0][0]), .seen_at = optional_number(rows[0][1])};
  });
}

// Of many hosts that note it at a time one does, and the others find that it is done.
result<void> postgres_clock::note(std::uint64_t now, std::optional<std::uint64_t> before) {
  return pool_.write("clock_note", [&](auto& connection, auto& transaction) -> result<void> {
    connection.run(transaction,
                   "INSERT INTO clock (seen_at) VALUES ($1) ON CONFLICT (one) DO UPDATE"
                   " SET seen_at = excluded.seen_at WHERE clock.seen_at = $2",
                   now, before);
    return {};
  });
}

}  // namespace coffer::store
