#include "secret_text.hpp"

#include "protocol/hidden_characters.hpp"

namespace coffer::cli {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view line_breaks = "\r\n";
constexpr std::string_view blanks = " \t";
constexpr std::string_view pem_begin = "-----BEGIN ";
constexpr std::string_view pem_end = "-----END ";

bool is_control(char32_t code) {
  return (code < 0x20 && code != '\n' && code != '\r' && code != '\t') ||
         (code >= 0x7F && code <= 0x9F);
}

bool is_text(std::string_view content) {
  while (!content.empty()) {
    const protocol::character next = protocol::first_character(content);
    if (!next.well_formed || is_control(next.code)) return false;
    content.remove_prefix(next.size);
  }
  return true;
}

bool is_utf16(std::string_view content) {
  return content.starts_with("\xFF\xFE") || content.starts_with("\xFE\xFF");
}

found_value whole_file(std::string_view content) {
  found_value out{content, {}};
  if (content.find('\r') != content.npos)
    out.notes.push_back("the value has CR LF line ends, which stay as they are");
  if (content.starts_with(byte_order_mark))
    out.notes.push_back("the value begins with a byte order mark, which stays");
  return out;
}

found_value one_line(std::string_view line, std::string_view behind) {
  found_value out;
  if (line.starts_with(byte_order_mark)) {
    line.remove_prefix(byte_order_mark.size());
    out.notes.push_back("a byte order mark in front of the value was dropped");
  }
  if (!behind.empty() && behind != "\n")
    out.notes.push_back("CR LF or several line breaks behind the value were dropped");
  const bool padded = !line.empty() && (blanks.find(line.front()) != blanks.npos ||
                                        blanks.find(line.back()) != blanks.npos);
  if (padded) out.notes.push_back("the value begins or ends with a blank, which stays");
  out.bytes = line;
  return out;
}

// Where a mark stands at the beginning of a line, searched from the end; npos if nowhere.
std::size_t last_line_with(std::string_view mark, std::string_view text) {
  for (std::size_t at = text.rfind(mark); at != text.npos; at = text.rfind(mark, at - 1)) {
    const std::string_view before = text.substr(0, at);
    if (before.empty() || before.ends_with('\n') || before.ends_with(paste_begin)) return at;
  }
  return text.npos;
}

}  // namespace

found_value value_in(std::string_view content) {
  if (!is_text(content)) {
    found_value out{content, {}};
    if (is_utf16(content))
      out.notes.push_back("the value looks like UTF-16, as Windows writes it, and stays so");
    return out;
  }
  const std::size_t end = content.find_last_not_of(line_breaks) + 1;  // 0 if it is nothing else
  const std::string_view line = content.substr(0, end);
  if (line.find_first_of(line_breaks) != line.npos) return whole_file(content);
  return one_line(line, content.substr(end));
}

bool within_paste(std::string_view typed) {
  const std::size_t begin = typed.rfind(paste_begin);
  return begin != typed.npos && typed.find(paste_end, begin) == typed.npos;
}

bool has_pem(std::string_view typed) { return last_line_with(pem_begin, typed) != typed.npos; }

bool ends_pem(std::string_view typed) {
  const std::size_t begin = last_line_with(pem_begin, typed);
  const std::size_t end = last_line_with(pem_end, typed);
  if (begin == typed.npos || end == typed.npos || end < begin) return false;
  std::string_view last = typed.substr(end);
  if (const std::size_t mark = last.find(paste_end); mark != last.npos) last = last.substr(0, mark);
  const std::size_t size = last.find_last_not_of(line_breaks) + 1;
  last = last.substr(0, size);
  return last.find('\n') == last.npos && last.ends_with("-----") && last.size() > pem_end.size();
}

}  // namespace coffer::cli
