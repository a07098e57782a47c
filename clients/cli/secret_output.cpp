#include "secret_output.hpp"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "program.hpp"
#include "protocol/json.hpp"
#include "protocol/types.hpp"

namespace coffer::cli {
namespace {

// Past stdio, whose buffer would keep a copy.
void write_out(std::string_view value) {
  while (!value.empty()) {
    const ssize_t wrote = write(STDOUT_FILENO, value.data(), value.size());
    if (wrote < 0 && errno != EINTR)
      throw error(0, "output", std::string("cannot write the value: ") + strerror(errno));
    if (wrote > 0) value.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

struct wiped_text {
  std::string bytes;
  ~wiped_text() { wipe(bytes.data(), bytes.size()); }
};

// Keys have line breaks, which are no part of the protocol's texts, but which JSON can escape.
bool fits_json(std::string_view value) {
  wiped_text shown{std::string(value)};
  std::ranges::replace_if(
      shown.bytes, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return protocol::valid_text(shown.bytes);
}

void write_json_with_value(const secret& value, const json_object& about) {
  if (!fits_json(value.reveal()))
    throw data_error("the value is no text, so JSON cannot hold it: fetch it without --json");
  wiped_text out{about.text()};
  // Room for the longest escape of each byte: growing would leave copies behind.
  out.bytes.reserve(out.bytes.size() + 6 * value.reveal().size() + 16);
  out.bytes.back() = ',';
  out.bytes += "\"value\":";
  protocol::append_json_string(value.reveal(), out.bytes);
  out.bytes += "}\n";
  write_out(out.bytes);
}

}  // namespace

bool to_terminal() { return isatty(STDOUT_FILENO) == 1; }

const char* name_of(value_freshness freshness) {
  constexpr const char* names[] = {"fresh", "stale", "pinned"};
  return names[static_cast<int>(freshness)];
}

void check_destination(bool json, bool reveal) {
  if (!json && !reveal && to_terminal())
    throw usage_error(
        "standard output is a terminal: pipe the value to where it is needed, or add "
        "--reveal to show it");
}

void write_secret(const secret& value, const json_object& about, bool json, bool reveal) {
  if (json) return reveal ? write_json_with_value(value, about) : print_line(about.text());
  write_out(value.reveal());
  if (to_terminal()) write_out("\n");
}

}  // namespace coffer::cli
