// One round of load on one competitor.
#pragma once

#include <chrono>
#include <memory>
#include <random>
#include <vector>

#include "competitor.hpp"

namespace coffer::bench {

/// Open connections to a competitor; closed with the object.
class load {
 public:
  load(const competitor& whom, std::size_t connections);
  ~load();
  load(const load&) = delete;
  load& operator=(const load&) = delete;

  /// One request at a time on the first connection for `span`: ns of each.
  std::vector<double> ping_pong(std::chrono::milliseconds span);
  /// `depth` requests in one write on each connection, then all their replies, over and over for
  /// `span`: requests per second.
  double pipelined(std::size_t depth, std::chrono::milliseconds span);
  /// `depth` requests on each connection, and their replies.
  void once(std::size_t depth);

 private:
  const std::string& next_request();
  void receive(int fd, std::size_t replies);

  const competitor& whom_;
  std::vector<int> fds_;
  std::mt19937 random_{42};
  std::string batch_;
  std::vector<char> buffer_ = std::vector<char>(1 << 20);
};

}  // namespace coffer::bench
