// Standard input, output and error, before anything else is opened.
#pragma once

namespace coffer::cli {

/// Opens those that the caller closed, so that no socket or file takes their numbers and gets what
/// is printed, or is read as a value. Reading and writing them fails as on a closed one.
void open_standard_streams();

}  // namespace coffer::cli
