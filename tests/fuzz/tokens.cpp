// The texts of agents' tokens, and scopes, against a second opinion: what is accepted obeys the
// format (A1), and a scope is granted exactly if a word of the list says so (A2).
#include <algorithm>
#include <string>
#include <vector>

#include "secret/arena.hpp"
#include "service/base62.hpp"
#include "service/scopes.hpp"
#include "service/token_text.hpp"
#include "tests/fuzz/expect.hpp"

using namespace coffer;
using tests::expect;

namespace {

constexpr std::string_view letters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// CRC-32 of IEEE 802.3, bit by bit.
std::uint32_t crc_of(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char one : text) {
    crc ^= static_cast<unsigned char>(one);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

std::string digits_of(std::uint64_t value, std::size_t count) {
  std::string out;
  for (; out.size() < count; value /= 62) out.insert(out.begin(), letters[value % 62]);
  return out;
}

bool all_letters(std::string_view text) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

bool well_formed(std::string_view text) {
  if (text.size() != 65 || text.substr(0, 5) != "cagt_" || text[15] != '_') return false;
  if (!all_letters(text.substr(5, 10)) || !all_letters(text.substr(16))) return false;
  return text.substr(59) == digits_of(crc_of(text.substr(0, 59)), 6);
}

void check_token(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  const bool beginning = text.size() == 65 && text.starts_with("cagt_");
  const auto place = service::kid_place(bytes);
  expect(place.has_value() == beginning && (!place || *place == text.substr(5, 10)));
  const auto kid = service::kid_of(bytes);
  expect(kid.has_value() == well_formed(text) && (!kid || *kid == text.substr(5, 10)));
}

// The same with a checksum that is right, so that the rest decides.
void check_with_checksum(std::string_view text) {
  std::string whole(text.substr(0, 59));
  whole += digits_of(crc_of(whole), 6);
  check_token(whole);
}

// A made one is well-formed, and no longer when a character is another.
void check_made(std::span<const std::uint8_t> input) {
  auto made = service::make_token();
  const auto text = made.text.reveal(secret::purpose::wire);
  const std::string_view shown(reinterpret_cast<const char*>(text.data()), text.size());
  expect(well_formed(shown) && service::kid_of(text) == made.kid);
  if (input.size() < 2) return;
  text[input[0] % text.size()] ^= std::byte{input[1]};
  expect(service::kid_of(text).has_value() == (input[1] == 0));
  check_token(shown);
}

void check_base62(std::span<const std::uint8_t> input) {
  std::uint64_t value = 0;
  for (const std::uint8_t one : input.first(std::min<std::size_t>(8, input.size())))
    value = value << 8 | one;
  std::vector<std::byte> out(input.size() % 16);
  service::to_base62(value, out);
  const std::string_view shown(reinterpret_cast<const char*>(out.data()), out.size());
  expect(shown == digits_of(value, out.size()) && service::is_base62(out));
  const std::string_view any(reinterpret_cast<const char*>(input.data()), input.size());
  expect(service::is_base62(std::as_bytes(input)) == all_letters(any));
}

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> out(1);
  for (const char one : list)
    one == ' ' ? static_cast<void>(out.emplace_back()) : out.back().push_back(one);
  return out;
}

bool plain(std::string_view word) {
  const auto outside = [](char one) {
    return letters.find(one) == std::string_view::npos &&
           std::string_view("_.:/-").find(one) == std::string_view::npos;
  };
  return !word.empty() && word.size() <= 128 && std::ranges::none_of(word, outside);
}

bool wild(std::string_view word) {
  if (word.empty() || word.back() != '*') return false;
  const std::string_view rest = word.substr(0, word.size() - 1);
  const bool ends_well = rest.empty() || rest.find_last_of(".:/") == rest.size() - 1;
  return ends_well && (rest.empty() || plain(rest));
}

bool grants(std::string_view word, std::string_view required) {
  if (!wild(word)) return word == required;
  return required.compare(0, word.size() - 1, word, 0, word.size() - 1) == 0;
}

void check_scopes(std::string_view granted, std::string_view required) {
  const auto words = words_of(granted);
  const bool valid =
      std::ranges::all_of(words, [](const std::string& one) { return plain(one) || wild(one); });
  expect(service::valid_granted_scopes(granted) == valid);
  expect(service::valid_required_scope(required) == plain(required));
  if (!valid || !plain(required)) return;
  const bool due =
      std::ranges::any_of(words, [&](const std::string& one) { return grants(one, required); });
  expect(service::grants(granted, required) == due);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& arena = secret::open_process_arena({.allow_unlocked = true});
  static_cast<void>(arena);
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  check_token(all);
  check_with_checksum(all);
  check_made({data, size});
  check_base62({data, size});
  const std::size_t half = all.find('\n');
  check_scopes(all.substr(0, half), half < all.size() ? all.substr(half + 1) : all);
  return 0;
}
