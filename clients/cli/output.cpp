#include "output.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "program.hpp"
#include "protocol/json.hpp"
#include "visible.hpp"

namespace coffer::cli {
namespace {

// Columns that a text takes as it is shown: its characters, not its bytes.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      visible(text), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void print_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = visible(cells[i]);
    line += cell;
    if (i + 1 < cells.size()) line.append(widths[i] - width(cell) + 2, ' ');
  }
  print_line(line);
}

}  // namespace

std::string dashed(const std::string& text) { return text.empty() ? "-" : text; }

std::string dashed(const std::optional<std::string>& text) { return dashed(text.value_or("")); }

void print_line(std::string_view text) {
  const std::string shown = visible(text);
  std::fwrite(shown.data(), 1, shown.size(), stdout);
  std::fputc('\n', stdout);
}

void finish_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  throw error(0, "output", std::string("cannot write the output: ") + std::strerror(errno));
}

void growing_table::widen(const std::vector<std::string>& row) {
  widths_.resize(heads_.size());
  for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], width(row[i]));
}

void growing_table::print(const table_rows& rows) {
  const bool first = widths_.empty();
  widen(heads_);
  for (const auto& row : rows) widen(row);
  if (first) print_row(heads_, widths_);
  for (const auto& row : rows) print_row(row, widths_);
}

void print_table(const std::vector<std::string>& heads, const table_rows& rows) {
  growing_table(heads).print(rows);
}

void print_pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::size_t widest = 0;
  for (const auto& [name, value] : pairs) widest = std::max(widest, width(name));
  for (const auto& [name, value] : pairs) print_row({name, dashed(value)}, {widest, 0});
}

std::string size_text(std::uint64_t bytes) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(units); ++unit) value /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  return text;
}

void json_object::begin(std::string_view name) {
  if (!body_.empty()) body_ += ',';
  protocol::append_json_string(name, body_);
  body_ += ':';
}

json_object& json_object::add(std::string_view name, std::string_view text) {
  begin(name);
  protocol::append_json_string(text, body_);
  return *this;
}

json_object& json_object::add(std::string_view name, std::uint64_t number) {
  begin(name);
  body_ += std::to_string(number);
  return *this;
}

json_object& json_object::add(std::string_view name, std::optional<std::uint64_t> number) {
  return number ? add(name, *number) : add_raw(name, "null");
}

json_object& json_object::add_raw(std::string_view name, std::string_view json) {
  begin(name);
  body_ += json;
  return *this;
}

std::string json_of(const integration_info& one) {
  json_object out;
  out.add("integration", one.integration).add("provider", one.provider).add("label", one.label);
  out.add("status", one.status).add("scopes", one.scopes).add("version", one.version);
  out.add("created_at", one.created_at).add("rotated_at", one.rotated_at);
  out.add("last_used_at", one.last_used_at).add("expires_at", one.expires_at);
  if (one.last_error) out.add("last_error", *one.last_error);
  return out.text();
}

void print_integration(const integration_info& one, bool json) {
  if (json) return print_line(json_of(one));
  print_pairs({{"integration", one.integration},
               {"provider", one.provider},
               {"label", one.label},
               {"status", one.status},
               {"scopes", one.scopes},
               {"version", std::to_string(one.version)},
               {"created", time_text(one.created_at)},
               {"rotated", time_text(one.rotated_at)},
               {"last used", time_text(one.last_used_at)},
               {"expires", time_text(one.expires_at)},
               {"last error", one.last_error.value_or("")}});
}

}  // namespace coffer::cli
