// The ids that stand for all that a user namespace does not map (P2).
#pragma once

#include <sys/types.h>

namespace coffer::policy {

/// The uid that the kernel shows for every user that has none in this user namespace
/// (/proc/sys/kernel/overflowuid; 65534 if that cannot be read). So it names no one user.
uid_t overflow_uid() noexcept;

}  // namespace coffer::policy
