// Descriptors kept for what must work when all others have been taken.
#pragma once

#include <array>
#include <cstddef>

namespace coffer::net {

/// Holds a few descriptors of nothing. One thread.
class spare_descriptors {
 public:
  static constexpr std::size_t count_max = 4;

  explicit spare_descriptors(std::size_t count) noexcept : count_(count) { take(); }
  ~spare_descriptors() { give_up(); }
  spare_descriptors(const spare_descriptors&) = delete;
  spare_descriptors& operator=(const spare_descriptors&) = delete;

  /// Frees them for the calling thread to use at once.
  void give_up() noexcept;
  /// Takes them back. Returns whether it has all of them.
  bool take() noexcept;

 private:
  const std::size_t count_;
  std::array<int, count_max> held_ = {-1, -1, -1, -1};
};

}  // namespace coffer::net
