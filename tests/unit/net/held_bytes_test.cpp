// P3: what is booked is what the arena gives.
#include "net/held_bytes.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "secret/arena.hpp"

using namespace coffer;
using namespace coffer::net;

namespace {

struct with_bytes {
  limits bounds{};
  accounts books{bounds, 0};
  std::shared_ptr<account> user = books.of(1001);
  held_bytes kept{books, *user};

  bool append(std::size_t size, std::byte what = {}) {
    return kept.append(std::vector<std::byte>(size, what));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(P3_held_bytes, with_bytes)

BOOST_AUTO_TEST_CASE(whole_blocks_are_booked) {
  for (const std::size_t size : {1U, 63U, 64U, 65U, 1024U, 1025U, 65'536U, 65'537U}) {
    const std::size_t before = secret::process_arena()->used();
    BOOST_TEST(append(size));
    BOOST_TEST(user->buffered == secret::process_arena()->used() - before);
    BOOST_TEST(user->buffered == secret::arena::block_size(size));
    kept.clear();
    BOOST_TEST(user->buffered == 0U);
    BOOST_TEST(secret::process_arena()->used() == before);
  }
}

BOOST_AUTO_TEST_CASE(what_is_reserved_can_be_appended_though_nothing_is_left) {
  BOOST_TEST(kept.reserve(4096));
  BOOST_TEST(kept.reserve(4096));
  std::size_t others = 0;
  while (books.hold(*user, 64)) others += 64;
  BOOST_TEST(!append(1));
  kept.unreserve(4096);
  BOOST_TEST(append(4096, std::byte{1}));
  BOOST_TEST(!append(1));
  kept.drop_front(4000);
  kept.unreserve(4096);
  BOOST_TEST(append(4096, std::byte{2}));
  BOOST_TEST(kept.size() == 96U + 4096U);
  BOOST_TEST((kept.bytes()[95] == std::byte{1} && kept.bytes()[96] == std::byte{2}));
  kept.clear();
  BOOST_TEST(user->buffered == others);
  books.release(*user, others);
}

BOOST_AUTO_TEST_CASE(a_refused_append_changes_nothing) {
  BOOST_TEST(append(100, std::byte{7}));
  BOOST_TEST(!append(2 << 20));
  BOOST_TEST(kept.size() == 100U);
  BOOST_TEST(user->buffered == 128U);
  BOOST_TEST((kept.bytes()[99] == std::byte{7}));
}

BOOST_AUTO_TEST_SUITE_END()
