#include "log/log.hpp"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "log/line_writer.hpp"
#include "protocol/hidden_characters.hpp"

namespace coffer::log {
namespace {

std::atomic<level> lowest_written{level::info};

struct severity_name {
  std::string_view name;
  std::string_view journal;  // sd-daemon(3)
};

constexpr severity_name severities[] = {
    {"debug", "<7>"}, {"info", "<6>"}, {"warning", "<4>"}, {"error", "<3>"}};

const severity_name& name_of(level severity) {
  return severities[static_cast<std::size_t>(severity)];
}

bool plain(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("_.:/@+-").find(c) != std::string_view::npos;
}

// The text, with '?' for what could end the line, steer a terminal, or not be seen in it.
void append_shown(std::string_view text, std::string_view escaped, std::string& line) {
  while (!text.empty()) {
    const protocol::character next = protocol::first_character(text);
    if (escaped.find(text.front()) != escaped.npos) line += '\\';
    if (!next.well_formed || protocol::is_hidden(next.code))
      line += '?';
    else
      line += text.substr(0, next.size);
    text.remove_prefix(next.size);
  }
}

void append_value(std::string_view value, std::string& line) {
  if (!value.empty() && std::ranges::all_of(value, plain)) {
    line += value;
    return;
  }
  line += '"';
  append_shown(value, "\"\\", line);
  line += '"';
}

std::string time_text() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  char text[48];
  std::snprintf(text, sizeof text, "%s.%03uZ ", date,
                static_cast<unsigned>(now.tv_nsec / 1'000'000) % 1000);
  return text;
}

using fields = std::initializer_list<field>;

std::string line_of(level severity, std::string_view event, fields all) {
  static const bool journal = is_journal(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
  std::string line;
  if (journal)
    line = name_of(severity).journal;
  else
    (line = time_text()).append(name_of(severity).name) += ' ';
  line += event;
  for (const field& one : all) {
    ((line += ' ') += one.key) += '=';
    append_value(one.value, line);
  }
  return line += '\n';
}

// Never destroyed: it may be called for as long as the process lives.
line_writer& writer() {
  static auto* const the_writer = new line_writer(STDERR_FILENO, [](std::uint64_t lost) {
    return line_of(level::warning, "log_lines_lost",
                   {{"lines", lost},
                    {"action", "find out why the log was not read, or could not be written"}});
  });
  return *the_writer;
}

}  // namespace

bool is_journal(const char* named, int descriptor) noexcept {
  unsigned long long device = 0, inode = 0;
  char behind = 0;
  struct stat file {};
  return named && std::sscanf(named, "%llu:%llu%c", &device, &inode, &behind) == 2 &&
         fstat(descriptor, &file) == 0 && file.st_dev == device && file.st_ino == inode;
}

void set_level(level lowest) noexcept { lowest_written = lowest; }

bool parse_level(std::string_view name, level& out) noexcept {
  for (std::size_t i = 0; i < std::size(severities); ++i)
    if (severities[i].name == name) return out = static_cast<level>(i), true;
  return false;
}

void write(level severity, std::string_view event, std::initializer_list<field> all) noexcept {
  if (severity < lowest_written.load(std::memory_order_relaxed)) return;
  try {
    writer().write(line_of(severity, event, all));
  } catch (...) {
    return;  // out of memory: a lost line is better than a lost daemon
  }
}

void last_line(std::string_view text) noexcept {
  try {
    std::string line;
    append_shown(text, "", line);
    writer().write_always(line += '\n');
  } catch (...) { return; }
}

bool flush(std::chrono::milliseconds time_max) noexcept {
  try {
    return writer().flush(time_max);
  } catch (...) { return false; }
}

}  // namespace coffer::log
