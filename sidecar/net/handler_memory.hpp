// Room for one handler that Asio keeps, so that starting a wait or a post cannot fail.
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace coffer::net {

/// Holds one handler at a time; a second one, or one that is too large, comes from the heap. It
/// must outlive the handler. One thread at a time.
class handler_memory {
 public:
  static constexpr std::size_t size = 256;

  void* take(std::size_t bytes) {
    if (taken_ || bytes > size) return ::operator new(bytes);
    taken_ = true;
    return room_.data();
  }
  void give_back(void* place) noexcept {
    if (place == room_.data())
      taken_ = false;
    else
      ::operator delete(place);
  }

 private:
  alignas(std::max_align_t) std::array<std::byte, size> room_;
  bool taken_ = false;
};

/// The allocator of a handler, for boost::asio::bind_allocator.
template <class T>
class handler_allocator {
 public:
  using value_type = T;

  explicit handler_allocator(handler_memory& home) noexcept : home_(&home) {}
  template <class U>
  handler_allocator(const handler_allocator<U>& other) noexcept : home_(&other.home()) {}

  T* allocate(std::size_t count) { return static_cast<T*>(home_->take(count * sizeof(T))); }
  void deallocate(T* place, std::size_t) noexcept { home_->give_back(place); }
  handler_memory& home() const noexcept { return *home_; }
  template <class U>
  bool operator==(const handler_allocator<U>& other) const noexcept {
    return home_ == &other.home();
  }

 private:
  handler_memory* home_;
};

}  // namespace coffer::net
