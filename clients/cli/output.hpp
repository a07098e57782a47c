// Tables for people, JSON for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffer/client.hpp"

namespace coffer::cli {

/// Prints rows under their heads, columns aligned by characters.
void print_table(const std::vector<std::string>& heads,
                 const std::vector<std::vector<std::string>>& rows);
/// Prints names and values, one a line, aligned.
void print_pairs(const std::vector<std::pair<std::string, std::string>>& pairs);

/// 2026-11-24 10:36:00 UTC (3 hours ago); "-" when absent.
std::string time_text(std::optional<std::uint64_t> ms);
/// 3 hours ago, in 90 days, now; "-" when absent.
std::string ago_text(std::optional<std::uint64_t> ms);
std::uint64_t now_ms();
/// 4.0 MiB.
std::string size_text(std::uint64_t bytes);

/// Prints a line; every other way to print text is built on it.
void print_line(std::string_view text);
/// Throws error if what was printed did not arrive.
void finish_output();

/// A JSON object under construction.
class json_object {
 public:
  json_object& add(std::string_view name, std::string_view text);
  json_object& add(std::string_view name, std::uint64_t number);
  json_object& add(std::string_view name, std::optional<std::uint64_t> number);
  std::string text() const { return "{" + body_ + "}"; }

 private:
  void begin(std::string_view name);
  std::string body_;
};

std::string json_of(const integration_info& one);
/// All that is known of one integration, as people or programs read it.
void print_integration(const integration_info& one, bool json);

/// A time given as RFC 3339 (2027-01-31T12:00:00Z, 2027-01-31T12:00:00.5+02:00), as a date (its
/// first moment, UTC), or as +N with d, h or m from now; ms since the epoch. Throws usage_error.
std::uint64_t parse_time(const std::string& text);

}  // namespace coffer::cli
