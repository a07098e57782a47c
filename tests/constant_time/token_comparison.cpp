// A2: no branch and no address of a validation depends on a token's secret part.
//
// The stored digest is declared undefined to valgrind's memcheck, which then reports every branch
// and every address that depends on it. There must be one: the verdict itself, whatever was
// presented. A comparison that stops at the first difference makes more, as the control shows.
#include <valgrind/memcheck.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "clock/clock.hpp"
#include "service/tokens.hpp"
#include "tests/memory_store/memory_store.hpp"
#include "tests/open_arena.hpp"

using namespace coffer;

namespace {

std::string value;

std::span<std::byte> place(std::size_t size) {
  value.assign(size, '\0');
  return std::as_writable_bytes(std::span(value));
}

// Branches on undefined data while `work` runs.
template <class Work>
unsigned dependent_branches(Work&& work) {
  const unsigned before = VALGRIND_COUNT_ERRORS;
  work();
  return VALGRIND_COUNT_ERRORS - before;
}

// What the comparison must not be.
[[gnu::noinline]] bool equal_early(const std::byte* a, const std::byte* b, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

int fail(const char* what, unsigned found) {
  std::fprintf(stderr, "%s: %u branches depend on the secret\n", what, found);
  return 1;
}

}  // namespace

int main() {
  if (!RUNNING_ON_VALGRIND) {
    std::fputs("run this under valgrind: it proves nothing without\n", stderr);
    return 1;
  }
  tests::open_arena arena;
  store::memory_store database;
  vault::keyring ring;
  ring.add(secret::buffer(32));
  vault::vault vault{ring, 1 << 20};
  service::store_contact contact{false};
  service::tokens tokens{database, vault, contact};
  const auto issued = tokens.issue({.company = "cmp_a",
                                    .agent = "agt_1",
                                    .scopes = "memory:read",
                                    .expires_at = {},
                                    .overlap_ms = 0});
  if (!issued || !tokens.fetch("cmp_a", "agt_1", place)) return fail("no token", 0);
  const std::string good = value;
  std::string wrong = good;  // of the right kid, so that its digest is compared
  wrong[20] = wrong[20] == 'a' ? 'b' : 'a';
  const auto ask = [&](const std::string& text) {
    const service::token_question asked{.token = std::as_bytes(std::span(text)),
                                        .company = "cmp_a",
                                        .agent = "agt_1",
                                        .scope = "memory:read",
                                        .now = clock::now_ms()};
    static_cast<void>(tokens.validate_cached(asked));
  };
  if (!tokens.validate({.token = std::as_bytes(std::span(good)),
                        .company = "cmp_a",
                        .agent = "agt_1",
                        .scope = {},
                        .now = 0}))
    return fail("the token is not good", 0);

  const auto known = vault.tokens().find(issued->kid, vault::trust::whole).token;
  if (!known) return fail("the token is not cached", 0);
  crypto::digest copy = known->digest;
  static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(known->digest.data(), known->digest.size()));
  if (const unsigned found = dependent_branches([&] { ask(good); }); found != 1)
    return fail("a good token", found);
  if (const unsigned found = dependent_branches([&] { ask(wrong); }); found != 1)
    return fail("a wrong token", found);
  volatile bool equal = false;
  const unsigned control = dependent_branches(
      [&] { equal = equal_early(known->digest.data(), copy.data(), copy.size()); });
  if (control <= 1) return fail("the control", control);
  std::printf("one branch depends on the secret: the verdict (an early exit: %u)\n", control);
  return 0;
}
