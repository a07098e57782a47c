#include "net/proc_file.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace coffer::net {

std::string read_proc(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::string text(4096, '\0');
  const ssize_t size = read(fd, text.data(), text.size());
  close(fd);
  // A text that fills the room may be cut: better none than part of a path.
  text.resize(size > 0 && static_cast<std::size_t>(size) < text.size()
                  ? static_cast<std::size_t>(size)
                  : 0);
  return text;
}

}  // namespace coffer::net
