#include "net/attestation.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <charconv>

#include "net/namespaces.hpp"
#include "net/peer_credentials.hpp"
#include "net/proc_file.hpp"

namespace coffer::net {
namespace {

// Not in the headers of Debian 12.
constexpr int so_peerpidfd = 77;

process_handle handle_of_socket(int socket) {
  int fd = -1;
  socklen_t size = sizeof fd;
  if (getsockopt(socket, SOL_SOCKET, so_peerpidfd, &fd, &size) != 0) return process_handle();
  return process_handle(fd);
}

std::string of(pid_t pid, const char* file) { return "/proc/" + std::to_string(pid) + "/" + file; }

bool began_before(pid_t pid, std::chrono::nanoseconds moment) {
  const auto began = start_ticks_of(read_proc(of(pid, "stat")));
  const auto a_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  const auto tick = std::chrono::nanoseconds(std::chrono::seconds(1)) / a_second;
  return began && *began <= static_cast<std::uint64_t>(moment / tick);
}

// The pid was the peer's when it connected. Whoever got it since began after we heard of the
// connection: to come between would take all other pids, within the time of a wake-up.
process_handle handle_of_pid(pid_t pid, std::chrono::nanoseconds woken_at) {
  process_handle found(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (found.get() < 0 || !began_before(pid, woken_at)) return process_handle();
  return found;
}

bool lives(const process_handle& process) {
  pollfd one{.fd = process.get(), .events = POLLIN, .revents = 0};
  return poll(&one, 1, 0) == 0;
}

}  // namespace

process_handle::~process_handle() {
  if (fd_ >= 0) close(fd_);
}

std::optional<attested> attest(int socket, bool units, std::chrono::nanoseconds woken_at,
                               hold_by how) {
  auto who = credentials_of(socket);
  if (!who) return std::nullopt;
  attested out{*std::move(who), process_handle()};
  if (out.who.pid == 0) {
    out.who.foreign = is_foreign(0, -1);
    return out;
  }
  out.who.foreign = true;  // until it is told otherwise
  process_handle process = how == hold_by::socket ? handle_of_socket(socket) : process_handle();
  if (process.get() < 0) process = handle_of_pid(out.who.pid, woken_at);
  if (process.get() < 0) return out;
  const bool foreign = is_foreign(out.who.pid, process.get());
  std::string unit = units ? unit_of(read_proc(of(out.who.pid, "cgroup"))) : std::string();
  // It has not been waited for until now, so the pid was its own all along.
  if (!lives(process)) return out;
  out.who.foreign = foreign;
  if (!units) return out;
  out.who.unit = std::move(unit);
  out.process = std::move(process);
  return out;
}

std::string unit_of(std::string_view cgroup) {
  constexpr std::string_view unified = "0::/";
  while (!cgroup.empty() && !cgroup.starts_with(unified))
    cgroup.remove_prefix(std::min(cgroup.find('\n'), cgroup.size() - 1) + 1);
  cgroup = cgroup.substr(0, cgroup.find('\n'));
  // Above our own namespace, or of a cgroup that was removed: not to be told.
  if (cgroup.find("/..") != cgroup.npos || cgroup.ends_with(" (deleted)")) return {};
  while (!cgroup.empty()) {
    cgroup.remove_prefix(std::min(cgroup.find('/'), cgroup.size() - 1) + 1);
    const std::string_view part = cgroup.substr(0, cgroup.find('/'));
    if (part.ends_with(".service") || part.ends_with(".scope")) return std::string(part);
    if (!part.ends_with(".slice")) return {};
  }
  return {};
}

// Behind the command's name, which is in brackets and may hold anything, follow numbers: the start
// time is the 22nd of all (proc(5)).
std::optional<std::uint64_t> start_ticks_of(std::string_view stat) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == stat.npos) return std::nullopt;
  stat.remove_prefix(name_end + 1);
  for (int field = 3; field <= 22; ++field) {
    const std::size_t begin = stat.find_first_not_of(' ');
    if (begin == stat.npos) return std::nullopt;
    stat.remove_prefix(begin);
    if (field < 22) stat.remove_prefix(std::min(stat.find(' '), stat.size()));
  }
  std::uint64_t out = 0;
  const auto read = std::from_chars(stat.data(), stat.data() + stat.size(), out);
  return read.ec == std::errc() ? std::optional(out) : std::nullopt;
}

std::chrono::nanoseconds boot_time() noexcept {
  timespec at{};
  clock_gettime(CLOCK_BOOTTIME, &at);
  return std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec);
}

}  // namespace coffer::net
