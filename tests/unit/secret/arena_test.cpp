#include "secret/arena.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstring>
#include <map>
#include <random>
#include <span>

#include "error/start_error.hpp"

using namespace coffer;
using coffer::secret::arena;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

arena small() { return arena({.size = mib, .allow_unlocked = true}); }

bool all_zero(const void* block, std::size_t size) {
  const std::span bytes(static_cast<const std::byte*>(block), size);
  return std::ranges::all_of(bytes, [](std::byte one) { return one == std::byte{0}; });
}

// How a child that runs `work` ends: its exit code, or minus the signal.
template <class Work>
int in_child(Work&& work) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    std::signal(SIGSEGV, SIG_DFL);
    _exit(work());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(K1_arena)

BOOST_AUTO_TEST_CASE(blocks_are_zero_aligned_and_apart) {
  arena home = small();
  for (const std::size_t size : {1u, 64u, 65u, 4096u, 100'000u}) {
    void* block = home.allocate(size);
    BOOST_TEST_REQUIRE(block != nullptr);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(block) % 64 == 0u);
    BOOST_TEST(all_zero(block, size));
    BOOST_TEST(home.owns(block));
    std::memset(block, 0xAA, size);
  }
  int outside = 0;
  BOOST_TEST(!home.owns(&outside));
}

BOOST_AUTO_TEST_CASE(freed_blocks_are_wiped) {
  arena home = small();
  auto* block = static_cast<char*>(home.allocate(4096));
  std::memset(block, 0xAA, 4096);
  home.deallocate(block);
  // Nothing but the links of the free list may stand in it.
  BOOST_TEST(all_zero(block + 16, 4080));
}

BOOST_AUTO_TEST_CASE(a_full_arena_says_so_and_recovers) {
  arena home = small();
  std::vector<void*> blocks;
  while (void* block = home.allocate(64 * 1024)) blocks.push_back(block);
  BOOST_TEST(blocks.size() == home.size() / (64 * 1024));
  BOOST_TEST(home.used() == home.size());
  for (void* block : blocks) home.deallocate(block);
  BOOST_TEST(home.used() == 0u);
  void* whole = home.allocate(home.size());  // everything merged again
  BOOST_TEST(whole != nullptr);
  BOOST_TEST(home.allocate(home.size() + 1) == nullptr);
}

BOOST_AUTO_TEST_CASE(random_use_agrees_with_a_model) {
  const unsigned seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  arena home = small();
  std::map<char*, std::pair<std::size_t, char>> model;
  for (int step = 0; step < 20'000; ++step) {
    if (model.empty() || random() % 5 < 3) {
      const std::size_t size = 1 + random() % (random() % 20 == 0 ? 60'000 : 900);
      auto* block = static_cast<char*>(home.allocate(size));
      if (!block) continue;
      BOOST_TEST_REQUIRE(all_zero(block, size));
      const char mark = static_cast<char>(1 + random() % 255);
      std::memset(block, mark, size);
      model[block] = {size, mark};
    } else {
      auto at = std::next(model.begin(), static_cast<long>(random() % model.size()));
      const auto [size, mark] = at->second;
      const bool kept = std::all_of(at->first, at->first + size, [&](char c) { return c == mark; });
      BOOST_TEST_REQUIRE(kept);
      home.deallocate(at->first);
      model.erase(at);
    }
  }
  for (const auto& [block, what] : model) home.deallocate(block);
  BOOST_TEST(home.used() == 0u);
}

BOOST_AUTO_TEST_CASE(guard_pages_stand_on_either_side) {
  arena home = small();
  auto* base = static_cast<char*>(home.allocate(home.size()));
  BOOST_TEST(in_child([&] { return base[-1] = 1, 0; }) != 0);
  BOOST_TEST(in_child([&] { return base[home.size()] = 1, 0; }) != 0);
}

BOOST_AUTO_TEST_CASE(a_fork_does_not_inherit_it) {
  arena home = small();
  auto* block = static_cast<volatile char*>(home.allocate(64));
  BOOST_TEST(in_child([&] { return block[0], 0; }) != 0);
}

BOOST_AUTO_TEST_CASE(without_memfd_secret_it_is_mlocked) {
  const arena home({.size = mib, .allow_unlocked = false, .allow_memfd_secret = false});
  BOOST_TEST((home.mode() == secret::memory_mode::mlock));
}

BOOST_AUTO_TEST_CASE(under_a_small_limit_it_takes_less_or_refuses) {
  const auto limited = [](rlim_t limit, bool allow_unlocked) {
    return in_child([=] {
      const rlimit bound{limit, limit};
      if (setrlimit(RLIMIT_MEMLOCK, &bound) != 0 || setresuid(65534, 65534, 65534) != 0) return 99;
      try {
        const arena home({.size = 4 * mib, .allow_unlocked = allow_unlocked});
        if (home.mode() == secret::memory_mode::unlocked) return 1;
        return home.size() == 2 * mib ? 2 : 3;
      } catch (const start_error&) { return 4; }
    });
  };
  if (geteuid() != 0) {
    BOOST_TEST_MESSAGE("not root: a privileged uid would not be limited anyway");
    return;
  }
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  BOOST_TEST_MESSAGE("under a sanitizer mlock(2) does nothing and always succeeds");
  return;
#endif
  BOOST_TEST(limited(3 * mib, false) == 2);
  BOOST_TEST(limited(4096, false) == 4);
  BOOST_TEST(limited(4096, true) == 1);
}

BOOST_AUTO_TEST_CASE(a_wiped_arena_holds_nothing_and_gives_nothing) {
  arena home = small();
  auto* block = static_cast<char*>(home.allocate(512));
  std::memset(block, 0xAA, 512);
  home.wipe();
  BOOST_TEST(all_zero(block, 512));
  home.deallocate(block);
  BOOST_TEST(home.allocate(64) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
