// Descriptors kept for what must work when all others have been taken.
#pragma once

#include <array>

namespace coffer::net {

/// Holds a few descriptors of nothing. One thread.
class spare_descriptors {
 public:
  spare_descriptors() noexcept { take(); }
  ~spare_descriptors() { give_up(); }
  spare_descriptors(const spare_descriptors&) = delete;
  spare_descriptors& operator=(const spare_descriptors&) = delete;

  /// Frees them for the calling thread to use at once.
  void give_up() noexcept;
  /// Takes them back, as far as it can be.
  void take() noexcept;

 private:
  std::array<int, 4> held_ = {-1, -1, -1, -1};  // a folder, a file in it, and their like
};

}  // namespace coffer::net
