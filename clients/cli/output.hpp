// Tables for people, JSON for programs.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffer/client.hpp"

namespace coffer::cli {

using table_rows = std::vector<std::vector<std::string>>;

/// A table that grows: columns are aligned by characters, and later rows keep to the widths of the
/// earlier ones.
class growing_table {
 public:
  /// Prints nothing yet: the heads come with the first rows.
  explicit growing_table(std::vector<std::string> heads) : heads_(std::move(heads)) {}
  void print(const table_rows& rows);

 private:
  void widen(const std::vector<std::string>& row);
  std::vector<std::string> heads_;
  std::vector<std::size_t> widths_;
};

/// Prints rows under their heads.
void print_table(const std::vector<std::string>& heads, const table_rows& rows);
/// Prints names and values, one a line, aligned.
void print_pairs(const std::vector<std::pair<std::string, std::string>>& pairs);

/// 2026-11-24 10:36:00, in UTC.
std::string moment_text(std::uint64_t ms);
/// 2026-11-24 10:36:00 UTC (3 hours ago); "-" when absent.
std::string time_text(std::optional<std::uint64_t> ms);
/// 3 hours ago, in 90 days, now; "-" when absent.
std::string ago_text(std::optional<std::uint64_t> ms);
std::uint64_t now_ms();
/// How far a clock is off: "3 ms ahead", "2 hours behind !"; the mark from 2 s on. "-": not known.
std::string clock_text(std::optional<std::uint64_t> ahead, std::optional<std::uint64_t> behind);
/// 4.0 MiB.
std::string size_text(std::uint64_t bytes);

/// Prints a line, with hidden characters as escapes; every other way to print text is built on it.
void print_line(std::string_view text);
/// Throws error if what was printed did not arrive.
void finish_output();

/// A JSON object under construction.
class json_object {
 public:
  json_object& add(std::string_view name, std::string_view text);
  json_object& add(std::string_view name, std::uint64_t number);
  json_object& add(std::string_view name, std::optional<std::uint64_t> number);
  json_object& add(std::string_view name,
                   const std::same_as<std::optional<std::string>> auto& text) {
    return text ? add(name, std::string_view(*text)) : add_raw(name, "null");
  }
  json_object& add(std::string_view name, std::same_as<bool> auto value) {
    return add_raw(name, value ? "true" : "false");
  }
  /// What is JSON already.
  json_object& add_raw(std::string_view name, std::string_view json);
  std::string text() const { return "{" + body_ + "}"; }

 private:
  void begin(std::string_view name);
  std::string body_;
};

/// "-" for what is empty or absent.
std::string dashed(const std::string& text);
std::string dashed(const std::optional<std::string>& text);

std::string json_of(const integration_info& one);
std::string json_of(const run_info& one);
std::string json_of(const token_info& one);
std::string json_of(const host_info& one);
std::string json_of(const audit_info& one);
std::string json_of(const audit_chain_info& one);
std::string json_of(const policy_verdict_info& one);
std::string json_of(const grant_info& grant);
std::string json_of(const company_info& each);
/// A JSON array of what has a json_of().
template <class Record>
std::string json_of(const std::vector<Record>& all) {
  std::string out = "[";
  for (const Record& one : all) out += (out.size() > 1 ? "," : "") + json_of(one);
  return out + "]";
}

/// All that is known of one integration, as people or programs read it.
void print_integration(const integration_info& one, bool json);
/// The same of a token, but its secret.
void print_token(const token_info& one, bool json);

/// A time given as RFC 3339 (2027-01-31T12:00:00Z, 2027-01-31T12:00:00.5+02:00), as a date (its
/// first moment, UTC), or as +N with d, h, m or s from now; ms since the epoch. Throws usage_error.
std::uint64_t parse_time(const std::string& text);
/// A duration: N with d, h, m or s. Throws usage_error.
std::chrono::milliseconds parse_duration(const std::string& text);

}  // namespace coffer::cli
