#include "standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace coffer::cli {

void open_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // open() takes the lowest free number, which is this one. The wrong direction keeps what is
    // lost an error.
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) _exit(1);
  }
}

}  // namespace coffer::cli
