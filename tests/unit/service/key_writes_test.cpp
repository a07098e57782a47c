// K1: no write under a key goes uncounted, whatever the store answers.
#include "service/key_writes.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/service/with_service.hpp"

using namespace coffer;

namespace {

using id_type = crypto::key_id;

// A key store that fails as a test wants; of all verbs only the sums are used.
class failing_sums final : public store::key_store {
 public:
  explicit failing_sums(store::key_store& real) : real_(real) {}
  errc with{};

  result<std::uint64_t> count_writes(const id_type& id, std::uint64_t writes) override {
    if (with != errc{}) return failure(with);
    return real_.count_writes(id, writes);
  }
  result<void> scan(const std::function<void(const store::value_view&)>& show) override {
    return real_.scan(show);
  }
  result<std::vector<id_type>> ids() override { return real_.ids(); }
  result<store::key_record> adopt(const id_type& id, std::uint64_t now) override {
    return real_.adopt(id, now);
  }

 private:
  store::key_store& real_;
};

struct with_sums : coffer::tests::with_service {
  const id_type known = *ring.snapshot()->current;
  failing_sums keys{database.keys()};
  vault::write_counts counts;
  with_sums() { BOOST_TEST_REQUIRE(database.keys().adopt(known, 1).has_value()); }

  std::uint64_t sum() { return *database.keys().count_writes(known, 0); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(K1_key_writes, with_sums)

BOOST_AUTO_TEST_CASE(what_the_store_does_not_take_is_counted_next_time) {
  counts.add(known, 3);
  for (const errc why : {errc::store_unavailable, errc::outcome_unknown}) {
    keys.with = why;
    service::flush_key_writes(counts, keys);
    BOOST_TEST(sum() == 0u);
  }
  counts.add(known, 2);
  keys.with = errc{};
  service::flush_key_writes(counts, keys);
  BOOST_TEST(sum() == 5u);
  service::flush_key_writes(counts, keys);
  BOOST_TEST(sum() == 5u);
}

BOOST_AUTO_TEST_CASE(a_key_that_the_store_does_not_know_is_not_counted_for_ever) {
  counts.add(id_type{}, 3);
  service::flush_key_writes(counts, keys);
  BOOST_TEST(counts.take().empty());
}

BOOST_AUTO_TEST_SUITE_END()
