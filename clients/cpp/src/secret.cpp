#include "coffer/secret.hpp"

#include <string.h>

#include <cstring>
#include <utility>

namespace coffer {

void wipe(void* data, std::size_t size) noexcept {
  if (size > 0) explicit_bzero(data, size);
}

secret::secret(std::string_view value, const secret_details& details)
    : data_(new char[value.size()]), size_(value.size()), details_(details) {
  if (size_ > 0) std::memcpy(data_.get(), value.data(), size_);
}

secret::~secret() { wipe(data_.get(), size_); }

secret::secret(secret&& other) noexcept
    : data_(std::move(other.data_)),
      size_(std::exchange(other.size_, 0)),
      details_(std::exchange(other.details_, {})) {}

secret& secret::operator=(secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(data_.get(), size_);
  data_ = std::move(other.data_);
  size_ = std::exchange(other.size_, 0);
  details_ = std::exchange(other.details_, {});
  return *this;
}

}  // namespace coffer
