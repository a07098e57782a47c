#include "store/sqlite_clock.hpp"

#include <chrono>

#include "store/sqlite_rows.hpp"

namespace coffer::store {

std::int64_t time_of_day() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

result<clock_facts> sqlite_clock::read() {
  return reader_.guarded("clock", [&](sqlite_connection& connection) -> result<clock_facts> {
    auto& row = connection.prepare("SELECT seen_at FROM clock");
    clock_facts found{.now = static_cast<std::uint64_t>(time_of_day()), .seen_at = std::nullopt};
    if (row.executeStep()) found.seen_at = number_of(row.getColumn(0));
    row.tryReset();
    return found;
  });
}

result<void> sqlite_clock::note(std::uint64_t now, std::optional<std::uint64_t> before) {
  return writer_.guarded("clock_note", [&](sqlite_connection& connection) -> result<void> {
    auto& row = connection.prepare(
        "INSERT INTO clock (seen_at) VALUES (?1) ON CONFLICT (one) DO UPDATE"
        " SET seen_at = excluded.seen_at WHERE seen_at = ?2");
    row.bind(1, number(now));
    bind_optional(row, 2, before);
    row.exec();
    return {};
  });
}

}  // namespace coffer::store
