#include "net/spare_descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace coffer::net {

void spare_descriptors::give_up() noexcept {
  for (int& one : held_)
    if (one >= 0) close(std::exchange(one, -1));
}

bool spare_descriptors::take() noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (held_[i] < 0) held_[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (held_[i] < 0) return false;
  }
  return true;
}

}  // namespace coffer::net
