// Opens a file that nobody else can have read or changed (K4).
#pragma once

#include <optional>
#include <string>

#include "secret/buffer.hpp"

namespace coffer::keys {

/// What a file is for, in refusals.
inline constexpr const char* master_key_file = "master key";

/// The content of a file with a secret, in locked memory; nullopt if there is no such file. Throws
/// start_error when it is a symbolic link or no regular file, is owned by another user, is
/// accessible by anyone but its owner, lies in a directory that others can write, or is larger than
/// any key.
std::optional<secret::buffer> read_trusted_file(const std::string& path,
                                                const char* what = master_key_file);

/// Refuses a directory where others could replace the file: itself writable by others, or below one
/// that is and has no sticky bit.
void check_directories(const std::string& path, const char* what = master_key_file);

}  // namespace coffer::keys
