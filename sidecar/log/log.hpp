// Structured log lines on standard error: `level event key=value …`, one write each.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace coffer::log {

enum class level : std::uint8_t { debug, info, warning, error };

/// One key and its value. Values are quoted when they hold anything but [A-Za-z0-9_.:/@+-], so that
/// nothing a peer sends can forge a second field or line; in them '?' stands for what is no UTF-8,
/// and for control, bidirectional and invisible characters. Never pass a secret.
struct field {
  field(std::string_view key_in, std::string_view value_in) : key(key_in), value(value_in) {}
  field(std::string_view key_in, const char* value_in) : key(key_in), value(value_in) {}
  field(std::string_view key_in, const std::string& value_in) : key(key_in), value(value_in) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> field(std::string_view key_in, Number number)
      : key(key_in), value(std::to_string(number)) {}

  std::string_view key;
  std::string value;
};

/// Lines below this level are dropped. Lines for the journal carry the sd-daemon(3) priority
/// instead of a time.
void set_level(level lowest) noexcept;
/// Parses debug, info, warning or error; false if `name` is none of them.
bool parse_level(std::string_view name, level& out) noexcept;

/// Whether `descriptor` is the stream to the journal that JOURNAL_STREAM names, by device and inode
/// (systemd.exec(5)): children inherit the variable, also those whose output goes elsewhere.
bool is_journal(const char* named, int descriptor) noexcept;

/// Writes one line. Thread-safe; never throws, and never waits for whoever reads it: line_writer.
void write(level severity, std::string_view event, std::initializer_list<field> fields) noexcept;

/// Writes a line as it is, without time and level, that is not dropped: why the process ends.
void last_line(std::string_view text) noexcept;
/// To be called before the process ends: waits until all lines are written. False if that took too
/// long.
bool flush(std::chrono::milliseconds time_max) noexcept;

inline void info(std::string_view event, std::initializer_list<field> fields = {}) noexcept {
  write(level::info, event, fields);
}
inline void warning(std::string_view event, std::initializer_list<field> fields = {}) noexcept {
  write(level::warning, event, fields);
}
inline void error(std::string_view event, std::initializer_list<field> fields = {}) noexcept {
  write(level::error, event, fields);
}

}  // namespace coffer::log
