// permits() stands in the way of every request: it allocates nothing, however long the lists are.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <new>

#include "policy/policy_file.hpp"

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

// Not inlined: GCC would see free() for what came from an operator new.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* out = std::malloc(size)) return out;
  throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace coffer;
using policy::right;

BOOST_AUTO_TEST_SUITE(P2_permits)

BOOST_AUTO_TEST_CASE(permits_allocates_nothing) {
  std::string text =
      "[[rule]]\nname = \"a rule whose name is not short\"\nusers = [1]\nroles = [\"adapter\"]\n"
      "companies = [";
  for (int i = 0; i < 1000; ++i) text += "\"company_with_a_long_name_" + std::to_string(i) + "\",";
  const auto rules = policy::parse_policy(text + "]\n", "p.toml", 900);
  const auto may = rules.authority_of({.uid = 1, .gid = 77, .pid = 1, .groups = {}, .unit = {}});
  const std::string listed = "company_with_a_long_name_777", other = "company_with_a_long_name_x";
  const std::size_t before = allocations;
  BOOST_REQUIRE(before > 1000);  // they are counted
  const bool first = may.permits(right::fetch, {listed, "slack", "agt_a"}) != nullptr;
  const bool second = may.permits(right::fetch, {other, "slack", "agt_a"}) != nullptr;
  const bool third = may.permits(right::manage, {listed, "slack", "agt_a"}) != nullptr;
  const std::size_t after = allocations;
  BOOST_TEST(after == before);
  BOOST_TEST(first);
  BOOST_TEST(!second);
  BOOST_TEST(!third);
}

BOOST_AUTO_TEST_SUITE_END()
