// Small files of /proc.
#pragma once

#include <string>

namespace coffer::net {

/// The whole text of a file of less than 4 KiB; empty if it is longer or cannot be read.
std::string read_proc(const std::string& path);

}  // namespace coffer::net
