#include "log/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>

namespace coffer::log {
namespace {

std::shared_ptr<spdlog::logger> make_logger() {
  auto logger = spdlog::stderr_logger_mt("cofferd");
  const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  logger->set_pattern(journal ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
  return logger;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> the_logger = make_logger();
  return *the_logger;
}

struct severity_name {
  spdlog::level::level_enum spdlog;
  std::string_view name;
  std::string_view journal;  // sd-daemon(3)
};

constexpr severity_name severities[] = {{spdlog::level::debug, "debug", "<7>"},
                                        {spdlog::level::info, "info", "<6>"},
                                        {spdlog::level::warn, "warning", "<4>"},
                                        {spdlog::level::err, "error", "<3>"}};

bool plain(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("_.:/@+-").find(c) != std::string_view::npos;
}

void append_value(std::string_view value, std::string& line) {
  if (!value.empty() && std::ranges::all_of(value, plain)) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (c == '"' || c == '\\') line += '\\';
    line += control ? '?' : c;
  }
  line += '"';
}

}  // namespace

void set_level(level lowest) noexcept {
  logger().set_level(severities[static_cast<std::size_t>(lowest)].spdlog);
}

bool parse_level(std::string_view name, level& out) noexcept {
  for (std::size_t i = 0; i < std::size(severities); ++i)
    if (severities[i].name == name) return out = static_cast<level>(i), true;
  return false;
}

void write(level severity, std::string_view event, std::initializer_list<field> fields) noexcept {
  try {
    const auto& names = severities[static_cast<std::size_t>(severity)];
    if (!logger().should_log(names.spdlog)) return;
    static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
    std::string line(journal ? names.journal : names.name);
    if (!journal) line += ' ';
    line += event;
    for (const field& one : fields) {
      ((line += ' ') += one.key) += '=';
      append_value(one.value, line);
    }
    logger().log(names.spdlog, spdlog::string_view_t(line));
  } catch (...) {
    return;  // out of memory: a lost line is better than a lost daemon
  }
}

}  // namespace coffer::log
