// Where the shared database is, and the password for it.
#pragma once

#include "app/settings.hpp"
#include "store/postgres_target.hpp"

namespace coffer::app {

/// What DATABASE_URL and the password's source say. The source is read at each connection, so that
/// a password that was changed there is taken without a restart. Throws start_error: the source
/// cannot be read, or others can.
store::postgres_target target_of(const settings& chosen);

}  // namespace coffer::app
