// Whether those whom a socket's mode lets in can get to it.
#pragma once

#include <sys/types.h>

#include <string>

namespace coffer::net {

/// The first folder on the way to the socket that its group, or everybody if the mode says so, has
/// no right to pass. Empty: there is none, or the mode lets only the owner in.
std::string closed_folder(const std::string& socket, mode_t mode, gid_t group);

/// Warns if there is such a folder, and says what to do.
void warn_if_out_of_reach(const std::string& socket, mode_t mode, gid_t group);

}  // namespace coffer::net
