// Writes lines on a thread of its own: a reader that stalls delays nobody.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace coffer::log {

/// Lines for one descriptor, in order. Thread-safe; only flush() waits.
class line_writer {
 public:
  static constexpr std::size_t waiting_bytes_max = std::size_t{256} << 10;

  /// The line that tells how many were lost.
  using notice = std::string (*)(std::uint64_t lost);

  line_writer(int descriptor, notice told);
  /// What waits is still written, as long as the process lives.
  ~line_writer();
  line_writer(const line_writer&) = delete;
  line_writer& operator=(const line_writer&) = delete;

  /// Hands over a line that ends with '\n'. While more than waiting_bytes_max wait, and then until
  /// half of it is written, lines are dropped and counted; so are those that cannot be written. The
  /// count is told as soon as lines are written again.
  void write(std::string line);
  /// The same for a line that must not be dropped: the last one of a process.
  void write_always(std::string line);

  /// Waits until all is written; false if that took too long.
  bool flush(std::chrono::milliseconds time_max);

 private:
  struct state;
  const std::shared_ptr<state> state_;  // shared with the thread, which may outlive us
};

}  // namespace coffer::log
