#include <chrono>
#include <cstdlib>
#include <regex>

#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

namespace chrono = std::chrono;

constexpr std::uint64_t duration_count_max = 100'000;

[[noreturn]] void refuse(const std::string& text) {
  throw usage_error("\"" + text +
                    "\" is no time: write 2027-01-31, 2027-01-31T12:00:00Z, or a "
                    "duration from now like +90d, +12h or +30m");
}

// The number that a group of the pattern matched; 0 if it matched nothing.
int number(const std::smatch& found, std::size_t group) {
  return std::atoi(found[group].str().c_str());
}

// 90d, 12h, 30m or 20s; nullopt for anything else.
std::optional<std::uint64_t> duration_ms(const std::string& text) {
  static const std::regex form("(\\d{1,6})([dhms])");
  std::smatch found;
  if (!std::regex_match(text, found, form)) return std::nullopt;
  const auto count = static_cast<std::uint64_t>(number(found, 1));
  if (count == 0 || count > duration_count_max) return std::nullopt;
  switch (*found[2].first) {
    case 'd':
      return count * 86'400'000;
    case 'h':
      return count * 3'600'000;
    case 'm':
      return count * 60'000;
    default:
      return count * 1'000;
  }
}

// The part behind the date: time of day less the offset from UTC (RFC 3339, section 5.6).
chrono::milliseconds time_of_day(const std::string& text, const std::smatch& found) {
  const int hours = number(found, 4), minutes = number(found, 5), seconds = number(found, 6);
  const int offset_hours = number(found, 9), offset_minutes = number(found, 10);
  // Second 60 is a leap second, and as good as the next one.
  if (hours > 23 || minutes > 59 || seconds > 60 || offset_hours > 23 || offset_minutes > 59)
    refuse(text);
  const std::string fraction = (found[7].str() + "000").substr(0, 3);
  const auto offset = chrono::hours(offset_hours) + chrono::minutes(offset_minutes);
  return chrono::hours(hours) + chrono::minutes(minutes) + chrono::seconds(seconds) +
         chrono::milliseconds(std::atoi(fraction.c_str())) -
         (found[8] == "-" ? -offset : chrono::minutes(offset));
}

std::uint64_t moment_ms(const std::string& text) {
  static const std::regex form(
      "(\\d{4})-(\\d\\d)-(\\d\\d)"
      "(?:[Tt ](\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d+))?(?:[Zz]|([+-])(\\d\\d):(\\d\\d)))?");
  std::smatch found;
  if (!std::regex_match(text, found, form)) refuse(text);
  const chrono::year_month_day date(chrono::year(number(found, 1)),
                                    chrono::month(static_cast<unsigned>(number(found, 2))),
                                    chrono::day(static_cast<unsigned>(number(found, 3))));
  if (!date.ok()) refuse(text);
  const chrono::milliseconds since = chrono::sys_days(date).time_since_epoch();
  const auto ms = (since + time_of_day(text, found)).count();
  if (ms <= 0) refuse(text);
  return static_cast<std::uint64_t>(ms);
}

}  // namespace

std::uint64_t parse_time(const std::string& text) {
  if (!text.starts_with('+')) return moment_ms(text);
  const auto span = duration_ms(text.substr(1));
  if (!span) refuse(text);
  return now_ms() + *span;
}

std::chrono::milliseconds parse_duration(const std::string& text) {
  const auto span = duration_ms(text);
  if (!span) throw usage_error("\"" + text + "\" is no duration: write 7d, 2h, 10m or 30s");
  return std::chrono::milliseconds(*span);
}

}  // namespace coffer::cli
