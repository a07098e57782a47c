// Opens files that other users can neither have changed nor, if they hold a secret, read (K4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "secret/buffer.hpp"

namespace coffer::trust {

/// Who put a secret's file there.
enum class provider : std::uint8_t {
  user,    ///< the daemon's user: it is the owner, and nobody else has any right
  system,  ///< systemd or Kubernetes: see read_secret()
};

/// The content of a file with a secret, in locked memory; nullopt if there is no such file. Throws
/// start_error when it is no regular file, another user can read or replace it, or it is larger
/// than any key.
///
/// A file that the system hands over may belong to root, be readable by an ACL of the daemon's user
/// or a group that has no other user, and be a link in a sticky folder of root's (systemd.exec(5),
/// LoadCredential=; Kubernetes' volumes of secrets). A link to `..data/NAME` is Kubernetes' and so
/// taken for one of the system's; any other link is refused unless the system handed it over.
///
/// `what` it is, in refusals: "master key".
std::optional<secret::buffer> read_secret(const std::string& path, const char* what,
                                          provider from = provider::user);

/// The content of a file that steers the daemon: it may be read by all, and written by root and the
/// daemon's user only. nullopt if there is none. Throws start_error, also past `size_max`.
std::optional<std::string> read_text(const std::string& path, const char* what,
                                     std::size_t size_max);

/// Refuses an existing file that belongs to another user than the daemon's or root, or that others
/// can write or replace.
void check_file(const std::string& path, const char* what);

}  // namespace coffer::trust
