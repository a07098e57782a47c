// The limit: a process that reads 64 bytes and writes 256, blocking, on a Unix stream socket.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

int main(int argc, char** argv) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (argc != 2 || std::strlen(argv[1]) >= sizeof address.sun_path) return 64;
  std::memcpy(address.sun_path, argv[1], std::strlen(argv[1]) + 1);
  const int door = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(door, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return 1;
  if (listen(door, 8) != 0) return 1;
  for (;;) {
    const int peer = accept(door, nullptr, nullptr);
    std::array<char, 64> request{};
    const std::array<char, 256> reply{};
    while (read(peer, request.data(), request.size()) == static_cast<ssize_t>(request.size()))
      if (write(peer, reply.data(), reply.size()) < 0) break;
    close(peer);
  }
}
