// Who is trusted, and how refusals name the others (K4).
#pragma once

#include <sys/types.h>

#include <string>

namespace coffer::trust {

/// Root, or the daemon's user.
bool is_trusted(uid_t owner) noexcept;

/// Whether a user other than root and the daemon's is in the group, as the user database says.
/// Takes a look at every user: for the start only. Not thread-safe.
bool other_member_of(gid_t group);

/// Whether the daemon itself is in the group.
bool is_member_of(gid_t group);

/// "owned by uid 7".
std::string owned_by(uid_t owner);

/// "0640".
std::string octal(mode_t mode);

/// Throws start_error: "the …".
[[noreturn]] void refuse(const std::string& why);

}  // namespace coffer::trust
