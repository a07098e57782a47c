// Names of hosts become addresses, within a time.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace coffer::store {

/// getaddrinfo(3) knows no deadline, so each name is looked up on a thread of its own; all who ask
/// for the same name meanwhile wait for the same thread. Thread-safe. Its end waits for the
/// resolver's answers, which come after some seconds at the latest.
class name_lookup {
 public:
  using clock = std::chrono::steady_clock;

  name_lookup();
  ~name_lookup();

  struct outcome {
    std::vector<std::string> addresses;  ///< numeric, in the resolver's order
    std::string error;                   ///< why there are none
  };

  /// Waits until `end` at most. A numeric address is its own.
  outcome find(const std::string& name, clock::time_point end);

 private:
  struct running;

  std::shared_ptr<running> join(const std::string& name);

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<running>> running_;
};

}  // namespace coffer::store
