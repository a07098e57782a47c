// Who is measured: how its requests look, and how its replies are checked.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::bench {

inline constexpr std::size_t keys = 2000;
inline constexpr std::size_t value_size = 128;

/// A server on a Unix socket. The load is the same for all: only these two differ.
struct competitor {
  std::string name;
  std::string socket;
  std::vector<std::string> greetings;  ///< sent once on a new connection, each answered
  std::vector<std::string> requests;   ///< one a key
  /// The size of the whole reply at the front of `bytes`; 0 if it is not whole yet. Exits the
  /// program if it is not a hit: a miss looks fast.
  std::function<std::size_t(std::string_view bytes)> reply_size;
};

competitor raw(const std::string& socket);
competitor redis(const std::string& socket);
/// Fetches on connections that are narrowed to a run.
competitor coffer_daemon(const std::string& socket);
/// Validates agents' tokens: the file has one `agent token` a line.
competitor coffer_validator(const std::string& socket, const std::string& tokens_file);

/// Prints why and exits with 1.
[[noreturn]] void give_up(const std::string& why);

}  // namespace coffer::bench
