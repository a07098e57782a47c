// Which store it is, where the shared one is, and the password for it.
#pragma once

#include <memory>

#include "app/settings.hpp"
#include "store/postgres_target.hpp"
#include "store/store.hpp"

namespace coffer::app {

/// What DATABASE_URL and the password's source say. The source is read at each connection, so that
/// a password that was changed there is taken without a restart. Throws start_error: the source
/// cannot be read, or others can.
store::postgres_target target_of(const settings& chosen);

/// The store that is chosen, made if it is a file that is missing. Throws start_error.
std::unique_ptr<store::store> open_store(const settings& chosen);

/// Makes the folder of a file, for the daemon's user only.
void make_folder_of(const std::string& path);

}  // namespace coffer::app
