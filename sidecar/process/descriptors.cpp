#include "process/descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace coffer::process {

// open() gives the lowest number that is free. Without /dev/null (an empty chroot) the number is
// held by a descriptor that can be neither read nor written.
void open_standard_descriptors() noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
      static_cast<void>(open("/", O_PATH));
}

}  // namespace coffer::process
