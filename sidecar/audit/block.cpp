#include "audit/block.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

namespace coffer::audit {
namespace {

static_assert(std::endian::native == std::endian::little,
              "a chain is read on hosts of the byte order that wrote it");

constexpr std::string_view magic = "COFAUD01";
constexpr std::size_t hole_size = 8 + crypto::mac_size;
constexpr std::string_view genesis = "coffer audit chain 1";

template <class Number>
Number load(const std::byte* in) noexcept {
  Number value;
  std::memcpy(&value, in, sizeof value);
  return value;
}

// Published by publish_block(): whoever sees the size sees what was written before it.
std::uint32_t load_size(const std::byte* in) noexcept {
  const auto size = load<std::uint32_t>(in);
  std::atomic_thread_fence(std::memory_order_acquire);
  return size;
}

}  // namespace

std::string to_hex(const chain_id& id) {
  constexpr const char* digits = "0123456789abcdef";
  std::string out;
  for (const std::byte one : id) {
    out += digits[std::to_integer<unsigned>(one) >> 4];
    out += digits[std::to_integer<unsigned>(one) & 15];
  }
  return out;
}

void write_segment_header(const segment_header& header, std::byte* out) noexcept {
  std::memcpy(out, magic.data(), magic.size());
  std::memcpy(out + 8, header.chain.data(), header.chain.size());
  std::memcpy(out + 24, &header.first_sequence, 8);
  std::memcpy(out + 32, header.previous.data(), crypto::mac_size);
}

std::optional<segment_header> read_segment_header(std::span<const std::byte> file) noexcept {
  if (file.size() < segment_header_size) return std::nullopt;
  if (!std::ranges::equal(file.first(magic.size()), std::as_bytes(std::span(magic))))
    return std::nullopt;
  segment_header out;
  std::memcpy(out.chain.data(), file.data() + 8, out.chain.size());
  out.first_sequence = load<std::uint64_t>(file.data() + 24);
  std::memcpy(out.previous.data(), file.data() + 32, crypto::mac_size);
  return out;
}

std::optional<block> read_block(std::span<const std::byte>& in) noexcept {
  if (in.size() < block_header_size) return std::nullopt;
  const std::uint32_t size = load_size(in.data());
  if (size == 0 || size > in.size() - block_header_size) return std::nullopt;
  block out;
  out.count = load<std::uint32_t>(in.data() + 4);
  out.first_sequence = load<std::uint64_t>(in.data() + 8);
  out.at = load<std::uint64_t>(in.data() + 16);
  std::memcpy(out.seal.data(), in.data() + 24, crypto::mac_size);
  out.records = in.subspan(block_header_size, size);
  in = in.subspan(block_header_size + size);
  return out;
}

std::vector<std::byte> write_hole(crypto::mac_key& key, const crypto::mac& previous,
                                  const hole& missing) {
  std::vector<std::byte> out(block_header_size + hole_size);
  std::byte* const content = out.data() + block_header_size;
  std::memcpy(content, &missing.last, 8);
  std::memcpy(content + 8, missing.next.data(), crypto::mac_size);
  block one{.count = 0,
            .first_sequence = missing.first,
            .at = missing.at,
            .seal = {},
            .records = {content, hole_size}};
  one.seal = seal_of(key, previous, one);
  write_block_header(one, out.data());
  publish_block(hole_size, out.data());
  return out;
}

std::optional<hole> read_hole(const block& one) noexcept {
  if (one.count != 0 || one.records.size() != hole_size) return std::nullopt;
  hole out{one.first_sequence, load<std::uint64_t>(one.records.data()), one.at, {}};
  std::memcpy(out.next.data(), one.records.data() + 8, crypto::mac_size);
  if (out.last < out.first) return std::nullopt;
  return out;
}

bool read_records(const block& one, const std::function<bool(const record&)>& show) {
  if (one.count == 0) return read_hole(one).has_value();
  auto rest = one.records;
  std::uint64_t sequence = one.first_sequence;
  while (!rest.empty()) {
    auto found = decode(rest);
    if (!found) return false;
    found->sequence = sequence++;
    found->at = one.at;
    if (!show(*found)) return true;
  }
  return sequence == one.first_sequence + one.count;
}

bool all_zero(std::span<const std::byte> bytes) noexcept {
  return std::ranges::all_of(bytes, [](std::byte one) { return one == std::byte{0}; });
}

void write_block_header(const block& one, std::byte* out) noexcept {
  std::memcpy(out + 4, &one.count, 4);
  std::memcpy(out + 8, &one.first_sequence, 8);
  std::memcpy(out + 16, &one.at, 8);
  std::memcpy(out + 24, one.seal.data(), crypto::mac_size);
}

void publish_block(std::uint32_t size, std::byte* out) noexcept {
  std::atomic_thread_fence(std::memory_order_release);
  std::memcpy(out, &size, sizeof size);
}

crypto::mac seal_of(crypto::mac_key& key, const crypto::mac& previous, const block& one) {
  std::array<std::byte, 20> numbers;
  std::memcpy(numbers.data(), &one.count, 4);
  std::memcpy(numbers.data() + 4, &one.first_sequence, 8);
  std::memcpy(numbers.data() + 12, &one.at, 8);
  return key.of({previous, numbers, one.records});
}

crypto::mac seal_before_first(crypto::mac_key& key, const chain_id& chain) {
  return key.of({std::as_bytes(std::span(genesis)), chain});
}

}  // namespace coffer::audit
