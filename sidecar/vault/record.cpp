#include "vault/record.hpp"

#include <cstring>
#include <stdexcept>

namespace coffer::vault {
namespace {

constexpr std::byte format{1};

}  // namespace

associated_data::associated_data(const address_view& where) {
  bytes_[address_size_++] = format;
  append(where.company);
  append(where.kind);
  append(where.subject);
  append(where.name);
}

void associated_data::bind(std::uint64_t version,
                           const std::array<std::byte, 16>& key_id) noexcept {
  std::byte* out = bytes_.data() + address_size_;
  for (int shift = 56; shift >= 0; shift -= 8) *out++ = static_cast<std::byte>(version >> shift);
  std::memcpy(out, key_id.data(), key_id.size());
}

void associated_data::append(std::string_view part) {
  if (part.size() > name_size_max) throw std::length_error("a name exceeds 128 bytes");
  bytes_[address_size_++] = static_cast<std::byte>(part.size());
  std::memcpy(bytes_.data() + address_size_, part.data(), part.size());
  address_size_ += part.size();
}

}  // namespace coffer::vault
