#include "secret/buffer.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <concepts>
#include <ostream>

#include "secret/harden.hpp"
#include "secret/wipe.hpp"
#include "tests/open_arena.hpp"

using namespace coffer;

using coffer::tests::open_arena;
BOOST_TEST_GLOBAL_FIXTURE(open_arena);

namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::copy_constructible<secret::buffer>);
static_assert(!std::is_copy_assignable_v<secret::buffer>);
static_assert(!std::equality_comparable<secret::buffer>);
static_assert(!printable<secret::buffer>);
static_assert(std::is_nothrow_move_constructible_v<secret::buffer>);

std::span<const std::byte> text(std::string_view value) { return std::as_bytes(std::span(value)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(K1_buffer)

BOOST_AUTO_TEST_CASE(lies_in_the_arena_and_is_given_back) {
  const std::size_t before = secret::process_arena()->used();
  {
    secret::buffer one(100);
    BOOST_TEST(secret::process_arena()->owns(one.reveal(secret::purpose::crypto).data()));
    secret::buffer two = std::move(one);
    BOOST_TEST(!one);
    BOOST_TEST(two.size() == 100u);
    two = secret::buffer(10);
  }
  BOOST_TEST(secret::process_arena()->used() == before);
}

BOOST_AUTO_TEST_CASE(more_than_there_is_throws) {
  BOOST_CHECK_THROW(secret::buffer(secret::process_arena()->size() + 1), std::bad_alloc);
}

BOOST_AUTO_TEST_CASE(equal_ct_compares_all_bytes_and_sizes) {
  BOOST_TEST(secret::equal_ct(text("abc"), text("abc")));
  BOOST_TEST(secret::equal_ct(text(""), text("")));
  BOOST_TEST(!secret::equal_ct(text("abc"), text("abd")));
  BOOST_TEST(!secret::equal_ct(text("abc"), text("bbc")));
  BOOST_TEST(!secret::equal_ct(text("abc"), text("abcd")));
  for (std::size_t size = 1; size <= 33; ++size)
    for (std::size_t place = 0; place < size; ++place) {
      const std::string one(size, 'x');
      std::string other = one;
      BOOST_TEST(secret::equal_ct(text(one), text(other)));
      other[place] = 'y';
      BOOST_TEST(!secret::equal_ct(text(one), text(other)), size << " " << place);
    }
}

#if defined(__x86_64__)
BOOST_AUTO_TEST_CASE(wipe_registers_clears_the_vector_registers) {
  alignas(16) char out[16];
  asm volatile("pcmpeqd %%xmm7, %%xmm7\n movdqa %%xmm7, %0" : "=m"(out)::"xmm7");
  BOOST_TEST(out[0] == static_cast<char>(0xFF));
  secret::wipe_registers();
  asm volatile("movdqa %%xmm7, %0" : "=m"(out));
  BOOST_TEST(out[0] == 0);
}

BOOST_AUTO_TEST_CASE(wipe_registers_clears_those_that_memcpy_uses_with_avx512) {
  if (!__builtin_cpu_supports("avx512f")) {
    BOOST_TEST_MESSAGE("this processor has no AVX-512");
    return;
  }
  alignas(64) char out[64];
  asm volatile("vpternlogd $0xFF, %%zmm20, %%zmm20, %%zmm20\n vmovdqa64 %%zmm20, %0" : "=m"(out));
  BOOST_TEST(out[0] == static_cast<char>(0xFF));
  asm volatile("vpternlogd $0xFF, %%zmm20, %%zmm20, %%zmm20" ::: "memory");
  secret::wipe_registers();
  asm volatile("vmovdqa64 %%zmm20, %0" : "=m"(out));
  BOOST_TEST(out[63] == 0);
}
#endif

BOOST_AUTO_TEST_CASE(a_hardened_process_makes_no_core) {
  const pid_t child = fork();
  if (child == 0) {
    secret::harden_process();
    rlimit core{1, 1};
    getrlimit(RLIMIT_CORE, &core);
    _exit(prctl(PR_GET_DUMPABLE) == 0 && core.rlim_max == 0 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  BOOST_TEST(WEXITSTATUS(status) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
