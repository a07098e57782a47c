// Writes a fetched value to where it was asked for, with no copy left in a buffer.
#pragma once

#include "coffer/secret.hpp"
#include "output.hpp"

namespace coffer::cli {

/// Throws usage_error when the value itself would go to a terminal and nobody asked for that.
/// Called before the value is fetched.
void check_destination(bool json, bool reveal);

/// Writes the value as it is (with a newline behind it on a terminal only); with `json` what
/// `about` says of it, and with `reveal` its text, too, as "value". Throws data_error when JSON
/// cannot hold it, error when it cannot be written.
void write_secret(const secret& value, const json_object& about, bool json, bool reveal);

/// Whether standard output is a terminal.
bool to_terminal();

/// fresh, stale or pinned.
const char* name_of(value_freshness freshness);

}  // namespace coffer::cli
