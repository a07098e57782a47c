#include <chrono>
#include <cstdlib>
#include <ctime>

#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw usage_error("\"" + text +
                    "\" is no time: write 2027-01-31, 2027-01-31T12:00:00Z, or a "
                    "duration from now like +90d, +12h or +30m");
}

std::uint64_t now_ms() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

std::uint64_t duration_ms(const std::string& text) {
  char* end = nullptr;
  const unsigned long count = std::strtoul(text.c_str() + 1, &end, 10);
  const std::string unit = end;
  if (end == text.c_str() + 1 || count == 0 || count > 100'000) refuse(text);
  if (unit == "d") return count * 86'400'000;
  if (unit == "h") return count * 3'600'000;
  if (unit == "m") return count * 60'000;
  refuse(text);
}

}  // namespace

std::uint64_t parse_time(const std::string& text) {
  if (text.starts_with('+')) return now_ms() + duration_ms(text);
  for (const char* form : {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"}) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), form, &parts);
    if (end && *end == '\0') return static_cast<std::uint64_t>(timegm(&parts)) * 1000;
  }
  refuse(text);
}

}  // namespace coffer::cli
