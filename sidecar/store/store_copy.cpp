#include "store/store_copy.hpp"

#include "error/start_error.hpp"

namespace coffer::store {
namespace {

constexpr std::size_t batch_rows = 5'000;
constexpr std::size_t batch_bytes = 32 << 20;

std::size_t size_of(const table_row& row) {
  std::size_t bytes = 0;
  for (const cell& one : row) bytes += one ? one->size() : 0;
  return bytes;
}

std::uint64_t copy_rows(table_access& from, copy_destination& to, const table_shape& table,
                        const copy_progress& progress) {
  const std::uint64_t all = from.count(table);
  std::uint64_t rows = to.count(table), copied = 0;
  std::vector<table_row> batch;
  std::size_t bytes = 0;
  const auto flush = [&] {
    if (batch.empty()) return;
    to.append(table, batch);
    rows += batch.size();
    copied += batch.size();
    batch.clear();
    bytes = 0;
    progress(table.name, rows, all);
  };
  from.read(table, to.last_key(table), [&](const table_row& row) {
    bytes += size_of(row);
    batch.push_back(row);
    if (batch.size() >= batch_rows || bytes >= batch_bytes) flush();
    return true;
  });
  flush();
  return copied;
}

// Reads one side in pieces and goes through the other, so that neither is held in memory.
void compare(table_access& from, table_access& to, const table_shape& table) {
  std::uint64_t rows = 0;
  std::vector<table_row> piece;
  std::size_t at = 0;
  const auto next = [&]() -> const table_row* {
    if (at == piece.size()) {
      const table_row last = piece.empty()
                                 ? table_row{}
                                 : table_row(piece.back().begin(),
                                             piece.back().begin() + static_cast<long>(table.keys));
      piece.clear();
      at = 0;
      std::size_t bytes = 0;
      from.read(table, last, [&](const table_row& row) {
        piece.push_back(row);
        bytes += size_of(row);
        return piece.size() < batch_rows && bytes < batch_bytes;
      });
    }
    return at == piece.size() ? nullptr : &piece[at++];
  };
  to.read(table, {}, [&](const table_row& row) {
    const table_row* expected = next();
    ++rows;
    if (expected && *expected == row) return true;
    throw start_error("row " + std::to_string(rows) + " of the table " + std::string(table.name) +
                      " differs in the copy: drop the database, and copy again");
  });
  if (next())
    throw start_error("the table " + std::string(table.name) + " has fewer rows in the copy (" +
                      std::to_string(rows) + "): drop the database, and copy again");
}

}  // namespace

std::vector<copied_table> copy_store(table_access& from, copy_destination& to,
                                     const std::string& source, const copy_progress& progress) {
  to.begin(source);
  std::vector<copied_table> done;
  for (const table_shape& table : all_tables()) {
    const std::uint64_t copied = copy_rows(from, to, table, progress);
    compare(from, to, table);
    done.push_back({table.name, to.count(table), copied});
  }
  to.finish();
  return done;
}

}  // namespace coffer::store
