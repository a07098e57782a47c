// C: a store that lost its newest records (a lagging standby, a backup put back) gets them again
// from the spool; a hole is stated for what the spool has no more, and the trail goes on.
#include "audit/trail.hpp"
#include "tests/contract/store/backends.hpp"
#include "tests/memory_store/memory_store.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

constexpr std::size_t segment_size = 4096;

audit::record entry(std::string_view subject) {
  audit::record one;
  one.operation = 0x41;
  one.rule = "owner";
  one.company = "cmp_a";
  one.subject = subject;
  return one;
}

// A host whose primary has everything, and a standby to which only the beginning came.
struct lagging {
  temporary_folder home;
  audit::spool spool;
  store::memory_store primary;

  explicit lagging(std::chrono::milliseconds kept_for)
      : spool({home.file("audit"), segment_size, 64 * segment_size, kept_for},
              crypto::mac_key(secret::buffer(32)),
              [](const std::string&) { return std::nullopt; }) {
    audit::trail before(spool, primary, secret::buffer(32));
    for (int piece = 0; piece < 20; ++piece) {
      write(20);
      BOOST_TEST_REQUIRE(before.ship().has_value());
    }
  }
  void write(int records) {
    for (int i = 0; i < records; ++i) BOOST_TEST_REQUIRE(spool.append(entry("s")));
    spool.commit();
  }
  void copy_to(store::store& standby, std::uint64_t through) {
    for (std::uint64_t last = 0; last < through;) {
      const auto chunk = primary.audit().after(spool.chain(), last);
      BOOST_TEST_REQUIRE(standby.audit().append(*chunk).has_value());
      last = chunk->last;
    }
  }
};

using any_store = store::store;

// The store behind an address that moves to another server.
struct failing_over final : any_store {
  explicit failing_over(any_store& first) : now(&first) {}
  std::string_view name() const noexcept override { return now->name(); }
  bool shared() const noexcept override { return now->shared(); }
  coffer::store::integration_store& integrations() noexcept override { return now->integrations(); }
  coffer::store::run_store& runs() noexcept override { return now->runs(); }
  coffer::store::token_store& tokens() noexcept override { return now->tokens(); }
  coffer::store::audit_store& audit() noexcept override { return now->audit(); }
  coffer::store::key_store& keys() noexcept override { return now->keys(); }
  coffer::store::host_store& hosts() noexcept override { return now->hosts(); }
  coffer::store::change_feed& feed() noexcept override { return now->feed(); }
  coffer::store::clock_store& clock() noexcept override { return now->clock(); }
  any_store* now;
};

audit::verdict verified(audit::trail& trail) {
  const auto found = trail.verify();
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST_REQUIRE(found->size() == 1u);
  return found->front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(C_trail)

BOOST_AUTO_TEST_CASE(what_the_store_lost_is_shipped_again_from_files_that_are_kept) {
  on_each_backend([](opened& standby) {
    lagging host(std::chrono::hours(1));
    host.copy_to(*standby.database, 100);
    audit::trail after(host.spool, *standby.database, secret::buffer(32));
    BOOST_TEST(after.ship().has_value());
    const auto found = verified(after);
    BOOST_TEST(found.intact, found.where);
    BOOST_TEST(found.holes.empty());
    BOOST_TEST(found.records == 400u);
    BOOST_TEST(after.waiting().records == 0u);
  });
}

BOOST_AUTO_TEST_CASE(a_store_that_goes_back_under_a_running_trail_is_noticed) {
  on_each_backend([](opened& standby) {
    lagging host(std::chrono::hours(1));
    host.copy_to(*standby.database, 100);
    failing_over database{host.primary};
    audit::trail trail(host.spool, database, secret::buffer(32));
    BOOST_TEST(trail.ship().has_value());
    database.now = standby.database.get();
    host.write(20);
    BOOST_TEST(trail.ship().has_value());
    const auto found = verified(trail);
    BOOST_TEST(found.intact, found.where);
    BOOST_TEST(found.holes.empty());
    BOOST_TEST(found.records == 420u);
  });
}

BOOST_AUTO_TEST_CASE(a_hole_is_stated_for_what_nobody_has_and_the_chain_goes_on) {
  for (const std::uint64_t kept : {0u, 100u})
    on_each_backend([kept](opened& standby) {
      lagging host(std::chrono::milliseconds(0));
      host.copy_to(*standby.database, kept);
      const auto first =
          audit::first_sequence_of(host.spool.segment_paths().front());  // that the spool has
      BOOST_TEST_REQUIRE(first > kept + 1);
      audit::trail after(host.spool, *standby.database, secret::buffer(32));
      BOOST_TEST(after.ship().has_value());
      const auto found = verified(after);
      BOOST_TEST(found.intact, found.where);
      BOOST_TEST_REQUIRE(found.holes.size() == 1u);
      BOOST_TEST(found.holes[0].first == kept + 1);
      BOOST_TEST(found.holes[0].last == first - 1);
      host.write(20);
      BOOST_TEST(after.ship().has_value());
      BOOST_TEST(verified(after).last == 420u);
      BOOST_TEST(verified(after).holes.size() == 1u);
      const auto page =
          after.list({.chain = {}, .company = {}, .after = kept, .before = {}, .limit = 1});
      BOOST_TEST_REQUIRE(page.has_value());
      BOOST_TEST(page->records.at(0).sequence == first);  // the hole is passed over
    });
}

BOOST_AUTO_TEST_CASE(a_chain_that_ends_with_a_hole_is_gone_on_with_after_a_restart) {
  on_each_backend([](opened& standby) {
    lagging host(std::chrono::milliseconds(0));
    audit::trail after(host.spool, *standby.database, secret::buffer(32));
    const auto gap = host.spool.gap_after(0);
    BOOST_TEST_REQUIRE(gap.has_value());
    crypto::mac_key key(secret::buffer(32));
    const auto before = audit::seal_before_first(key, host.spool.id());
    BOOST_TEST_REQUIRE(
        standby.database->audit()
            .append({host.spool.chain(), 1, gap->sequence,
                     audit::write_hole(key, before, {1, gap->sequence, 1, gap->seal})})
            .has_value());
    const auto end = audit::end_in(standby.database->audit(), host.spool.chain());
    BOOST_TEST_REQUIRE(end.has_value());
    BOOST_TEST((end->seal == gap->seal));
    BOOST_TEST(after.ship().has_value());
    const auto found = verified(after);
    BOOST_TEST(found.intact, found.where);
    BOOST_TEST(found.last == 400u);
  });
}

BOOST_AUTO_TEST_SUITE_END()
