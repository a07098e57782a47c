#include "coffer/secret.hpp"

#include <string.h>

#include <cstring>
#include <utility>

namespace coffer {

void wipe(void* data, std::size_t size) noexcept {
  if (size > 0) explicit_bzero(data, size);
}

secret::secret(std::string_view value) : data_(new char[value.size()]), size_(value.size()) {
  if (size_ > 0) std::memcpy(data_.get(), value.data(), size_);
}

secret::~secret() { wipe(data_.get(), size_); }

secret::secret(secret&& other) noexcept
    : version(other.version),
      freshness(other.freshness),
      age(other.age),
      expires_at(other.expires_at),
      data_(std::move(other.data_)),
      size_(std::exchange(other.size_, 0)) {}

secret& secret::operator=(secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(data_.get(), size_);
  version = other.version;
  freshness = other.freshness;
  age = other.age;
  expires_at = other.expires_at;
  data_ = std::move(other.data_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

}  // namespace coffer
