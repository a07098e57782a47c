// Which bytes of what was read are the value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coffer::cli {

struct found_value {
  std::string_view bytes;          ///< a view of what was read
  std::vector<std::string> notes;  ///< for people: what was dropped, and what looks wrong
};

/// The value in the content of a file or a pipe; see read_secret().
found_value value_in(std::string_view content);

// A paste into a terminal. One that says where it begins and ends puts marks around it.
inline constexpr std::string_view paste_begin = "\033[200~";
inline constexpr std::string_view paste_end = "\033[201~";

/// Whether what was typed so far ends within a paste.
bool within_paste(std::string_view typed);
/// Whether it has a line that begins a PEM text (RFC 7468).
bool has_pem(std::string_view typed);
/// Whether the last such text has its end, and nothing stands behind it but line breaks and marks.
bool ends_pem(std::string_view typed);

}  // namespace coffer::cli
