#include "measure.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace coffer::bench {
namespace {

using clock = std::chrono::steady_clock;

int open_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    give_up("cannot connect to " + path);
  return fd;
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = write(fd, bytes.data(), bytes.size());
    if (sent <= 0) give_up("the server closed the connection");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

load::load(const competitor& whom, std::size_t connections) : whom_(whom) {
  for (std::size_t i = 0; i < connections; ++i) {
    fds_.push_back(open_socket(whom.socket));
    for (const std::string& greeting : whom.greetings) {
      send_all(fds_.back(), greeting);
      receive(fds_.back(), 1);
    }
  }
}

load::~load() {
  for (const int fd : fds_) close(fd);
}

const std::string& load::next_request() { return whom_.requests[random_() % keys]; }

void load::receive(int fd, std::size_t replies) {
  std::size_t have = 0, begin = 0;
  while (replies > 0) {
    const ssize_t got = read(fd, buffer_.data() + have, buffer_.size() - have);
    if (got <= 0) give_up(whom_.name + ": the server closed the connection");
    have += static_cast<std::size_t>(got);
    while (replies > 0) {
      const std::size_t size = whom_.reply_size({buffer_.data() + begin, have - begin});
      if (size == 0) break;
      begin += size;
      --replies;
    }
  }
  if (begin != have) give_up(whom_.name + ": more bytes than the replies asked for");
}

std::vector<double> load::ping_pong(std::chrono::milliseconds span) {
  std::vector<double> samples;
  samples.reserve(20'000);
  const auto until = clock::now() + span;
  for (auto before = clock::now(); before < until;) {
    send_all(fds_[0], next_request());
    receive(fds_[0], 1);
    const auto after = clock::now();
    samples.push_back(std::chrono::duration<double, std::nano>(after - before).count());
    before = after;
  }
  return samples;
}

void load::once(std::size_t depth) {
  for (const int fd : fds_) {
    batch_.clear();
    for (std::size_t i = 0; i < depth; ++i) batch_ += next_request();
    send_all(fd, batch_);
  }
  for (const int fd : fds_) receive(fd, depth);
}

double load::pipelined(std::size_t depth, std::chrono::milliseconds span) {
  std::size_t done = 0;
  const auto began = clock::now();
  for (; clock::now() - began < span; done += fds_.size() * depth) once(depth);
  return static_cast<double>(done) / std::chrono::duration<double>(clock::now() - began).count();
}

}  // namespace coffer::bench
