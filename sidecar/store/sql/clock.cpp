#include "store/sql/clock.hpp"

namespace coffer::store {

result<clock_facts> sql_clock::read() {
  return database_.read("clock", [](session& with) -> result<clock_facts> {
    const auto read = [](const sql_row& row) {
      return clock_facts{.now = row.number(0), .seen_at = row.optional_number(1)};
    };
    return *with.first("SELECT now_ms(), (SELECT seen_at FROM clock)", {}, read);
  });
}

// Of many hosts that note it at a time one does, and the others find that it is done.
result<void> sql_clock::note(std::uint64_t now, std::optional<std::uint64_t> before) {
  return database_.write("clock_note", [&](session& with) -> result<void> {
    with.run(
        "INSERT INTO clock (seen_at) VALUES ($1) ON CONFLICT (one) DO UPDATE"
        " SET seen_at = excluded.seen_at WHERE clock.seen_at = $2",
        {now, before});
    return {};
  });
}

}  // namespace coffer::store
