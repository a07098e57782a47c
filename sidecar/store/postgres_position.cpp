#include "store/postgres_position.hpp"

#include <array>

#include "store/feed_number.hpp"

namespace coffer::store {
namespace {

constexpr char separator = '|';
using words = std::array<std::string, 8>;

std::optional<words> split(const std::string& text) {
  words found;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::size_t end = text.find(separator, begin);
    if ((end == text.npos) != (i + 1 == found.size())) return std::nullopt;
    found[i] = text.substr(begin, end == text.npos ? end : end - begin);
    begin = end + 1;
  }
  return found;
}

bool is_snapshot(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789:,") == text.npos;
}

}  // namespace

std::string text_of(const postgres_position& one) {
  std::string text = std::to_string(one.generation);
  for (const std::string& word :
       {one.life.incarnation, one.life.files, one.life.timeline, one.life.started,
        std::to_string(one.at), std::to_string(one.last), one.snapshot})
    text += separator + word;
  return text;
}

std::optional<postgres_position> parse_position(const std::string& text) {
  const auto found = split(text);
  if (!found) return std::nullopt;
  const auto& [generation_text, incarnation, files, timeline, started, at_text, last_text, seen] =
      *found;
  const auto generation = feed_number(generation_text), at = feed_number(at_text),
             last = feed_number(last_text);
  if (!generation || !at || !last || !is_snapshot(seen)) return std::nullopt;
  return postgres_position{*generation, {incarnation, files, timeline, started}, *at, *last, seen};
}

}  // namespace coffer::store
