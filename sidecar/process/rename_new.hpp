// A rename that replaces nothing, on any file system.
#pragma once

#include <string>

namespace coffer::process {

/// Gives the file `from` the name `to`, which must be free, in the same folder. False, with errno
/// set, if it cannot; EEXIST: the name is taken. Where the kernel cannot do it in one step (NFS,
/// 9p, older FUSE), a crash may leave both names, or, where there are no hard links, an empty file
/// as `to`.
bool rename_new(const std::string& from, const std::string& to) noexcept;

}  // namespace coffer::process
