#include "visible.hpp"

#include <cstdio>

#include "protocol/hidden_characters.hpp"

namespace coffer::cli {
namespace {

std::string escape(const protocol::character& hidden) {
  if (hidden.well_formed && hidden.code == '\n') return "\\n";
  if (hidden.well_formed && hidden.code == '\r') return "\\r";
  if (hidden.well_formed && hidden.code == '\t') return "\\t";
  const char* form = !hidden.well_formed ? "\\x%02x" : hidden.code > 0xFFFF ? "\\U%08x" : "\\u%04x";
  char text[16];
  std::snprintf(text, sizeof text, form, static_cast<unsigned>(hidden.code));
  return text;
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const protocol::character next = protocol::first_character(text);
    if (!next.well_formed || protocol::is_hidden(next.code))
      out += escape(next);
    else
      out += text.substr(0, next.size);
    text.remove_prefix(next.size);
  }
  return out;
}

}  // namespace coffer::cli
