#include "net/spare_descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace coffer::net {

void spare_descriptors::give_up() noexcept {
  for (int& one : held_)
    if (one >= 0) close(std::exchange(one, -1));
}

void spare_descriptors::take() noexcept {
  for (int& one : held_)
    if (one < 0) one = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

}  // namespace coffer::net
