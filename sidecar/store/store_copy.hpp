// A whole store into another one, ciphertexts as they are.
#pragma once

#include "store/postgres_tables.hpp"
#include "store/table.hpp"

namespace coffer::store {

struct copied_table {
  std::string_view name;
  std::uint64_t rows = 0;
  std::uint64_t copied_now = 0;  ///< the others were there from a try before
};

/// Told after each batch: the table, its rows so far, and of how many.
using copy_progress =
    std::function<void(std::string_view table, std::uint64_t rows, std::uint64_t all)>;

/// Copies what is not there yet, in batches in the order of the keys, so that a copy that was
/// interrupted goes on where it was; then compares every cell of both. Nobody else may write to
/// either. Throws start_error: they differ, or a side fails.
std::vector<copied_table> copy_store(table_access& from, copy_destination& to,
                                     const std::string& source, const copy_progress& progress);

}  // namespace coffer::store
