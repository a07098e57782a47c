#include "store/sql/visible_value.hpp"

#include <algorithm>

namespace coffer::store {
namespace {

// Whatever a row says, only the version that the metadata names has no end: a row without
// `replaced_by` that is not current was current until then.
epoch_range range_of(const known_values& known, const value_row& row) {
  if (row.version == known.version) return {row.version};
  return {row.version, std::min(row.replaced_by.value_or(known.version), known.version)};
}

result<credential> credential_of(const known_values& known, value_row& row) {
  if (!row.sealed) return failure(errc::tampered);
  return credential{.version = row.version,
                    .expires_at = row.expires_at,
                    .visible = range_of(known, row),
                    .as_of = known.epoch,
                    .fell_forward = false,
                    .sealed = *std::move(row.sealed)};
}

// The newest row up to `epoch` but before the current one; nullptr: none.
value_row* newest_kept(known_values& known, std::uint64_t epoch) {
  value_row* found = nullptr;
  for (value_row& row : known.rows)
    if (row.version <= epoch && row.version < known.version &&
        (!found || row.version > found->version))
      found = &row;
  return found;
}

bool expired(const value_row& row, std::uint64_t now) {
  return row.expires_at && *row.expires_at <= now;
}

}  // namespace

result<credential> current_value(known_values known) {
  const auto found = std::ranges::find(known.rows, known.version, &value_row::version);
  if (found == known.rows.end()) return failure(errc::tampered);
  return credential_of(known, *found);
}

result<credential> visible_value(known_values known, std::uint64_t epoch, std::uint64_t now) {
  if (epoch < known.first_version)
    return failure(errc::not_found, "connected after this run began; begin another run");
  if (epoch >= known.version) return current_value(std::move(known));
  value_row* kept = newest_kept(known, epoch);
  if (kept && !kept->sealed) return failure(errc::tampered);
  // A run that is just ending may find an older run's value where its own was: that is not its.
  if (kept && range_of(known, *kept).contains(epoch) && !expired(*kept, now))
    return credential_of(known, *kept);
  auto current = current_value(std::move(known));
  if (current) {
    current->visible = {epoch, epoch + 1};  // what other runs see is not known here
    current->fell_forward = true;
  }
  return current;
}

}  // namespace coffer::store
