// Whether a process is of this host, or of a container on it (P2).
#pragma once

#include <sys/types.h>

#include <string_view>
#include <vector>

namespace coffer::net {

/// Whether a live process, given by its pidfd, is in another user namespace than the daemon, or in
/// a pid namespace below the daemon's, as containers are. True also if neither can be told: /proc
/// hides the process, or it has ended. Mount namespaces are not compared: every hardened service
/// has one of its own, and the daemon, too.
///
/// `pid` is what the kernel calls it here; 0: it is outside the daemon's pid namespace, which means
/// that the daemon itself is in a container. Who is let at the socket from there was decided by
/// whoever shared it, and nothing more can be told: false.
bool is_foreign(pid_t pid, int pidfd);

/// The pids on the line "NSpid:" of /proc/PID/status or of a pidfd's fdinfo, from the namespace of
/// /proc inwards. Empty: there is no such line.
std::vector<pid_t> nested_pids(std::string_view text);

/// Whether the daemon can see the processes of other users, which is what is_foreign() needs.
bool sees_other_users();

}  // namespace coffer::net
