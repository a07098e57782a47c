// Locked memory: the only place where keys, round keys and plaintexts lie (K1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

namespace coffer::secret {

/// How the arena is protected, best first. memfd_secret(2) pages cannot be read even by root
/// through /proc/PID/mem; locked pages stay out of swap and cores; unlocked ones stay out of cores
/// only.
enum class memory_mode : std::uint8_t { memfd_secret, mlock, unlocked };

std::string_view name_of(memory_mode mode) noexcept;

struct arena_options {
  std::size_t size = std::size_t{4} << 20;  ///< bytes wanted, a power of two from 1 MiB
  bool allow_unlocked = false;              ///< --allow-unlocked-memory: for development only
  bool allow_memfd_secret = true;           ///< false: try the fallback, as old kernels do
};

/// A buddy allocator over one mapping that is excluded from cores and forks, with a guard page on
/// either side. Blocks are powers of two from 64 bytes, aligned to their size up to a page, and
/// wiped when freed. Thread-safe. The mapping lives as long as the arena.
class arena {
 public:
  /// Takes the largest mapping that can be locked, halving from options.size to 1 MiB. Throws
  /// start_error if there is none (unless unlocked memory is allowed).
  explicit arena(const arena_options& options);
  ~arena();
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;

  /// `size` bytes of zeros, or nullptr when the arena is full.
  void* allocate(std::size_t size) noexcept;
  /// Wipes and frees a block of allocate(); nullptr is ignored.
  void deallocate(void* block) noexcept;
  bool owns(const void* pointer) const noexcept;

  /// Bytes that allocate(size) takes: its block's.
  static std::size_t block_size(std::size_t size) noexcept;

  memory_mode mode() const noexcept { return mode_; }
  std::size_t size() const noexcept { return size_; }  ///< bytes had, perhaps fewer than wanted
  std::size_t used() const noexcept;                   ///< bytes in blocks, rounded up as they are

  /// Overwrites everything: the last act of the daemon. Nothing is allocated afterwards; freeing
  /// what is left (static objects of libraries) does nothing.
  void wipe() noexcept;

 private:
  struct free_block {
    free_block* next;
    free_block* previous;
  };
  static constexpr std::size_t block_min = 64;
  static constexpr std::size_t orders_max = 26;

  bool map(std::size_t size, memory_mode mode) noexcept;
  void unmap() noexcept;
  static std::size_t order_of(std::size_t size) noexcept;
  std::size_t index_of(const void* block) const noexcept;
  free_block* block_at(std::size_t index) const noexcept;
  void push(std::size_t index, std::size_t order) noexcept;
  void remove(std::size_t index, std::size_t order) noexcept;

  std::byte* base_ = nullptr;
  std::size_t size_ = 0;
  memory_mode mode_ = memory_mode::unlocked;
  mutable std::mutex mutex_;
  std::size_t used_ = 0;
  bool wiped_ = false;
  std::array<free_block*, orders_max> free_{};
  std::vector<std::uint8_t> state_;  // per smallest block: its order, plus flags, at block heads
};

/// The process's one arena. open_process_arena() makes it, once, before any secret is touched; it
/// is never unmapped, so that destructors of any kind may free into it.
arena& open_process_arena(const arena_options& options);
/// The arena, or nullptr before it was opened.
arena* process_arena() noexcept;

}  // namespace coffer::secret
