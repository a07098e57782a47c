// The texts of agents' tokens and scopes: no crash, and what is accepted obeys the format.
#include <cstdlib>
#include <string>
#include <vector>

#include "secret/arena.hpp"
#include "service/scopes.hpp"
#include "service/token_text.hpp"

using namespace coffer;

namespace {

void expect(bool truth) {
  if (!truth) std::abort();
}

void check_token(std::span<const std::byte> text) {
  const auto kid = service::kid_of(text);
  if (!kid) return;
  expect(text.size() == service::token_size && kid->size() == service::kid_size);
  // One changed character is noticed, whichever it is.
  std::vector<std::byte> other(text.begin(), text.end());
  for (std::byte& one : other) {
    const std::byte before = one;
    one = before == std::byte{'a'} ? std::byte{'b'} : std::byte{'a'};
    expect(!service::kid_of(other));
    one = before;
  }
}

void check_scopes(std::string_view granted, std::string_view required) {
  if (!service::valid_granted_scopes(granted) || !service::valid_required_scope(required)) return;
  const bool given = service::grants(granted, required);
  if (granted.find('*') == std::string_view::npos)  // then a whole word of it
    expect(given == ((" " + std::string(granted) + " ").find(" " + std::string(required) + " ") !=
                     std::string::npos));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& arena = secret::open_process_arena({.allow_unlocked = true});
  static_cast<void>(arena);
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  check_token({bytes, size});
  auto made = service::make_token();
  const auto text = made.text.reveal(secret::purpose::wire);
  check_token(text);
  if (size > 1) {
    text[data[0] % text.size()] ^= std::byte{data[1]};
    expect(service::kid_of(text).has_value() == (data[1] == 0));
  }
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t half = all.find('\n');
  if (half != std::string_view::npos) check_scopes(all.substr(0, half), all.substr(half + 1));
  return 0;
}
