// Whether other users could replace what lies at a path (K4).
#pragma once

#include <cstdint>
#include <string>

namespace coffer::trust {

/// What is asked of the folder that holds the file. Every folder on the way must belong to root or
/// to the daemon's user, and may be written by others only if it is sticky: then they can add
/// names to it, but replace none. Links on the way must belong to root or the daemon's user, too.
enum class last_folder : std::uint8_t {
  own,          ///< others cannot write it at all
  sticky,       ///< no more than of the folders above it
  handed_over,  ///< as `sticky`, or written by a group that has only the daemon's user
};

/// Follows the path, link by link, and looks at each folder. Throws start_error with `name` ("the
/// master key file /x") and what to do. What does not exist is not looked at.
void check_way_to(const std::string& path, const std::string& name, last_folder wanted);

/// The same for everything that will be put into a folder.
void check_folder(const std::string& folder, const std::string& name, last_folder wanted);

}  // namespace coffer::trust
