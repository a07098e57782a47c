// Which value of an integration a run sees (R1, R2).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "error/result.hpp"
#include "store/records.hpp"

namespace coffer::store {

/// A value as its row has it.
struct value_row {
  std::uint64_t version = 0;
  std::optional<std::uint64_t> replaced_by;  ///< the version that took its place
  std::optional<std::uint64_t> expires_at;
  std::optional<sealed_value> sealed;  ///< absent: its columns cannot be right
};

/// An integration and those of its values that matter, in any order.
struct known_values {
  std::uint64_t version = 0;        ///< of the metadata: the current one
  std::uint64_t first_version = 0;  ///< runs that began at an earlier epoch see none
  std::uint64_t epoch = 0;          ///< the company's, at the reading
  std::vector<value_row> rows;
};

/// The current value. Errors: tampered, when there is none of the metadata's version.
result<credential> current_value(known_values known);

/// What a run that began at `epoch` sees at `now`: the newest value up to its epoch, if that was
/// current then and is still good; else the current one, which then says that it fell forward.
/// Errors: as current_value(); tampered, when the run's own cannot be right; not_found.
result<credential> visible_value(known_values known, std::uint64_t epoch, std::uint64_t now);

}  // namespace coffer::store
