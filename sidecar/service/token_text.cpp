#include "service/token_text.hpp"

#include <algorithm>
#include <array>
#include <boost/crc.hpp>

#include "secret/wipe.hpp"
#include "service/base62.hpp"

namespace coffer::service {
namespace {

constexpr std::size_t crc_size = 6;
constexpr std::size_t secret_at = token_prefix.size() + kid_size + 1;
static_assert(secret_at + secret_text_size + crc_size == token_size);

std::array<std::byte, crc_size> crc_of(std::span<const std::byte> text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  std::array<std::byte, crc_size> out;
  to_base62(crc.checksum(), out);
  return out;
}

}  // namespace

new_token make_token() {
  new_token out{.kid = std::string(kid_size, '0'), .text = secret::buffer(token_size)};
  random_base62(std::as_writable_bytes(std::span(out.kid)));
  const auto text = out.text.reveal(secret::purpose::crypto);
  std::ranges::copy(std::as_bytes(std::span(token_prefix)), text.begin());
  std::ranges::copy(std::as_bytes(std::span(out.kid)), text.begin() + token_prefix.size());
  text[secret_at - 1] = std::byte{'_'};
  random_secret_text(text.subspan<secret_at, secret_text_size>());
  std::ranges::copy(crc_of(text.first(token_size - crc_size)), text.end() - crc_size);
  return out;
}

std::optional<std::string_view> kid_place(std::span<const std::byte> text) noexcept {
  if (text.size() != token_size) return std::nullopt;
  const std::string_view all(reinterpret_cast<const char*>(text.data()), text.size());
  if (!all.starts_with(token_prefix)) return std::nullopt;
  return all.substr(token_prefix.size(), kid_size);
}

std::optional<std::string_view> kid_of(std::span<const std::byte> text) noexcept {
  const auto kid = kid_place(text);
  if (!kid || text[secret_at - 1] != std::byte{'_'}) return std::nullopt;
  if (!is_base62(std::as_bytes(std::span(*kid))) || !is_base62(text.subspan(secret_at)))
    return std::nullopt;
  // Not secret: the checksum is known to whoever knows the rest.
  if (!secret::equal_ct(crc_of(text.first(token_size - crc_size)), text.last(crc_size)))
    return std::nullopt;
  return kid;
}

}  // namespace coffer::service
