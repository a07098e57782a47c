// Who connected, as the kernel attests it (P2).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "policy/caller.hpp"

namespace coffer::net {

/// A descriptor that is closed with its owner.
class process_handle {
 public:
  explicit process_handle(int fd = -1) noexcept : fd_(fd) {}
  ~process_handle();
  process_handle(process_handle&& other) noexcept : fd_(other.release()) {}
  process_handle& operator=(process_handle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct attested {
  policy::caller who;
  process_handle process;  ///< a pidfd, readable when the process has exited; none without a unit
};

/// How the process behind a socket is held on to, so that its pid cannot come to mean another.
enum class hold_by : std::uint8_t {
  socket,  ///< SO_PEERPIDFD (Linux 6.5), else as `pid`
  pid,     ///< pidfd_open and a comparison of start times
};

/// Credentials of a connected socket's peer: of the process that called connect(2), as they were
/// then, and whether it is one of a container (namespaces.hpp). With `units`, also the systemd unit
/// it is in, if it lives and that can be told for sure: when its pid may have been given to another
/// process since, it has none. `woken_at`: boot time at which the daemon heard of the connection.
/// nullopt if the kernel tells nothing.
std::optional<attested> attest(int socket, bool units, std::chrono::nanoseconds woken_at,
                               hold_by how = hold_by::socket);

/// The unit that the text of a /proc/PID/cgroup names: the first service or scope of its path,
/// since what lies below is up to that unit. Empty: none.
std::string unit_of(std::string_view cgroup);

/// When the process began, in clock ticks since boot, from the text of its /proc/PID/stat.
std::optional<std::uint64_t> start_ticks_of(std::string_view stat);

/// CLOCK_BOOTTIME.
std::chrono::nanoseconds boot_time() noexcept;

}  // namespace coffer::net
