// The three descriptors that every program expects.
#pragma once

namespace coffer::process {

/// Opens /dev/null as each of the descriptors 0 to 2 that is closed. To be called first: else the
/// next file or connection gets such a number, and what is meant for standard error is written
/// into it.
void open_standard_descriptors() noexcept;

}  // namespace coffer::process
