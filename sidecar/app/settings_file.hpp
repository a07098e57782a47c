// The TOML file of the configuration.
#pragma once

#include <string>

#include "app/settings.hpp"

namespace coffer::app {

/// Reads `path` into `out`. Throws start_error with the line of an unknown key or a bad value.
void read_settings_file(const std::string& path, settings& out);

// Parsers that the flags share. They throw start_error, naming `where` (a flag or a line).
mode_t parse_mode(const std::string& text, const std::string& where);
gid_t parse_group(const std::string& text, const std::string& where);
log::level parse_log_level(const std::string& text, const std::string& where);

}  // namespace coffer::app
