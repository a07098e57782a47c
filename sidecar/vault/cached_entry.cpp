#include "vault/cached_entry.hpp"

#include <bit>
#include <concepts>
#include <cstring>
#include <new>
#include <type_traits>

namespace coffer::vault {
namespace {

static_assert(sizeof(cached_entry) == 8 && alignof(cached_entry) == cached_entry::unit);
static_assert(std::is_trivially_copyable_v<cached_entry>);

constexpr std::size_t address_mask = (1U << 10) - 1;
static_assert(associated_data::address_size_max <= address_mask);

using narrow = std::uint32_t;
using wide = std::uint64_t;

// Entries are packed: a word need not be aligned to its size.
template <std::unsigned_integral Word>
Word take(const std::byte*& from) noexcept {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  from += sizeof word;
  return word;
}

std::byte* put_bytes(std::byte* to, std::span<const std::byte> bytes) noexcept {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

template <std::unsigned_integral Word>
std::byte* put(std::byte* to, Word word) noexcept {
  return put_bytes(to, std::as_bytes(std::span(&word, 1)));
}

std::uint64_t big_endian(const std::byte* from) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < sizeof word; ++i)
    word = word << 8 | std::to_integer<std::uint64_t>(from[i]);
  return word;
}

// Whether as_of is told from the version in a narrow word.
bool near(const entry_facts& facts) noexcept {
  return facts.as_of >= facts.version &&
         facts.as_of - facts.version <= std::numeric_limits<narrow>::max();
}

std::size_t rounded(std::size_t size) noexcept {
  return (size + cached_entry::unit - 1) / cached_entry::unit * cached_entry::unit;
}

}  // namespace

std::uint8_t cached_entry::flags_of(const entry_facts& facts, bool links) noexcept {
  return static_cast<std::uint8_t>(
      (facts.fell_forward ? fell_forward_flag : 0) | (links ? links_flag : 0) |
      (near(facts) ? 0 : wide_flag) | (facts.expires_at != 0 ? expires_flag : 0) |
      (facts.visible.from != facts.version ? from_flag : 0) | (facts.current() ? 0 : until_flag));
}

std::size_t cached_entry::words_size(std::uint8_t flags) noexcept {
  const auto unusual = static_cast<std::uint8_t>(flags & (expires_flag | from_flag | until_flag));
  return (flags & links_flag ? sizeof(entry_ref) : 0) +
         (flags & wide_flag ? sizeof(wide) : sizeof(narrow)) +
         static_cast<std::size_t>(std::popcount(unusual)) * sizeof(wide);
}

std::size_t cached_entry::size_of(const entry_facts& facts, bool links,
                                  const associated_data& where, std::size_t sealed_size) noexcept {
  return rounded(sizeof(cached_entry) + words_size(flags_of(facts, links)) + crypto::nonce_size +
                 where.whole().size() + sealed_size);
}

std::size_t cached_entry::size() const noexcept {
  return rounded(sizeof(cached_entry) + words_size(flags_) + crypto::nonce_size +
                 associated_size() + sealed_size_);
}

cached_entry& cached_entry::write(std::byte* place, const entry_facts& facts, bool links,
                                  const associated_data& where, const store::sealed_value& value,
                                  agreements::number doubted) noexcept {
  auto* const made = new (place) cached_entry;
  made->doubted_ = doubted;
  made->flags_ = flags_of(facts, links);
  made->address_size_ = where.address().size() & address_mask;
  made->sealed_size_ = value.ciphertext.size() & cached_entry::sealed_size_max;
  std::byte* to = place + sizeof(cached_entry);
  if (links) to = put(to, no_entry);
  to = near(facts) ? put(to, static_cast<narrow>(facts.as_of - facts.version))
                   : put(to, wide{facts.as_of});
  if (made->flags_ & expires_flag) to = put(to, wide{facts.expires_at});
  if (made->flags_ & from_flag) to = put(to, wide{facts.visible.from});
  if (made->flags_ & until_flag) to = put(to, wide{facts.visible.until});
  to = put_bytes(to, value.nonce);
  associated_data bound = where;
  bound.bind(facts.version, value.key_id);
  to = put_bytes(to, bound.whole());
  put_bytes(to, value.ciphertext);
  return *made;
}

entry_facts cached_entry::facts() const noexcept {
  const std::byte* from = words() + (flags_ & links_flag ? sizeof(entry_ref) : 0);
  entry_facts facts;
  facts.version = big_endian(associated_begin() + address_size_);
  facts.fell_forward = flags_ & fell_forward_flag;
  facts.as_of = flags_ & wide_flag ? take<wide>(from) : facts.version + take<narrow>(from);
  if (flags_ & expires_flag) facts.expires_at = take<wide>(from);
  facts.visible.from = flags_ & from_flag ? take<wide>(from) : facts.version;
  if (flags_ & until_flag) facts.visible.until = take<wide>(from);
  return facts;
}

std::array<std::byte, 16> cached_entry::key_id() const noexcept {
  std::array<std::byte, 16> id;
  std::memcpy(id.data(), associated_begin() + address_size_ + sizeof(std::uint64_t), id.size());
  return id;
}

std::span<const std::byte, crypto::nonce_size> cached_entry::nonce() const noexcept {
  return std::span<const std::byte, crypto::nonce_size>(words() + words_size(flags_),
                                                        crypto::nonce_size);
}

void cached_entry::reference(bool yes) noexcept {
  flags_ = static_cast<std::uint8_t>(yes ? flags_ | referenced_flag : flags_ & ~referenced_flag);
}

}  // namespace coffer::vault
