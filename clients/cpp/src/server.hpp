// Who listens on a socket, and whether a secret may go there.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace coffer {

/// The user who listens at the other end of a connected socket, as the kernel says. Throws
/// unavailable.
uid_t server_of(int fd);

/// Root, this process's own user, the one that was named (`told`, or else COFFER_SERVER_UID), and
/// for the system's socket the owner of its folder, which root has made. The overflow uid stands
/// for every user that this namespace does not know: it must be named. Throws invalid_argument for
/// a COFFER_SERVER_UID that is no number.
bool is_trusted(uid_t server, const std::string& socket, std::optional<uid_t> told);

}  // namespace coffer
