#include <array>
#include <chrono>
#include <ctime>

#include "output.hpp"

namespace coffer::cli {
namespace {

struct unit {
  std::uint64_t ms;
  const char* name;
};

constexpr std::uint64_t off_from = 2'000;  // ms: as the daemon's log has it

constexpr std::array units{unit{86'400'000, "day"}, unit{3'600'000, "hour"}, unit{60'000, "minute"},
                           unit{1'000, "second"}};

// "3 hours", rounded, in the largest unit that fits twice; below 2 seconds empty.
std::string span_text(std::uint64_t ms) {
  for (const unit& one : units)
    if (ms >= 2 * one.ms) return std::to_string((ms + one.ms / 2) / one.ms) + " " + one.name + "s";
  return {};
}

}  // namespace

std::uint64_t now_ms() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

std::string ago_text(std::optional<std::uint64_t> ms) {
  if (!ms) return "-";
  const std::uint64_t now = now_ms();
  const std::string span = span_text(*ms > now ? *ms - now : now - *ms);
  if (span.empty()) return "now";
  return *ms > now ? "in " + span : span + " ago";
}

std::string clock_text(std::optional<std::uint64_t> ahead, std::optional<std::uint64_t> behind) {
  if (!ahead && !behind) return "-";
  const std::uint64_t off = ahead ? *ahead : *behind;
  const std::string span = span_text(off);
  return (span.empty() ? std::to_string(off) + " ms" : span) + (ahead ? " ahead" : " behind") +
         (off >= off_from ? " !" : "");
}

std::string moment_text(std::uint64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  char text[40];
  if (!gmtime_r(&seconds, &parts) || strftime(text, sizeof text, "%F %T", &parts) == 0) return {};
  return text;
}

std::string time_text(std::optional<std::uint64_t> ms) {
  if (!ms) return "-";
  const std::string moment = moment_text(*ms);
  return moment.empty() ? std::to_string(*ms) + " ms" : moment + " UTC (" + ago_text(ms) + ")";
}

}  // namespace coffer::cli
