// P5: a verification of the trail holds up neither the shipping of records nor a list of them.
#include <future>

#include "audit/trail.hpp"
#include "tests/contract/store/backends.hpp"
#include "tests/memory_store/memory_store.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

// Chains in memory, of which one read waits until it is let go.
class slow_audit final : public store::audit_store {
 public:
  explicit slow_audit(store::audit_store& kept) : kept_(kept) {}

  result<void> append(const store::audit_chunk& chunk) override { return kept_.append(chunk); }
  result<store::audit_chunk> after(const std::string& chain, std::uint64_t sequence) override {
    if (waits.exchange(false)) {
      reached.set_value();
      go_on.get_future().wait();
    }
    return kept_.after(chain, sequence);
  }
  result<store::audit_chunk> before(const std::string& chain, std::uint64_t sequence) override {
    return kept_.before(chain, sequence);
  }
  result<std::vector<std::string>> chains() override { return kept_.chains(); }
  result<store::sealed_value> key(const std::string& row_id, std::uint64_t now,
                                  const store::sealer& seal) override {
    return kept_.key(row_id, now, seal);
  }

  std::atomic<bool> waits{false};
  std::promise<void> reached, go_on;

 private:
  store::audit_store& kept_;
};

using any_store = store::store;

// A store whose chains are read slowly.
class slow_store final : public any_store {
 public:
  std::string_view name() const noexcept override { return kept_.name(); }
  bool shared() const noexcept override { return kept_.shared(); }
  coffer::store::integration_store& integrations() noexcept override {
    return kept_.integrations();
  }
  coffer::store::run_store& runs() noexcept override { return kept_.runs(); }
  coffer::store::token_store& tokens() noexcept override { return kept_.tokens(); }
  coffer::store::audit_store& audit() noexcept override { return slow; }
  coffer::store::key_store& keys() noexcept override { return kept_.keys(); }
  coffer::store::host_store& hosts() noexcept override { return kept_.hosts(); }
  coffer::store::change_feed& feed() noexcept override { return kept_.feed(); }
  coffer::store::clock_store& clock() noexcept override { return kept_.clock(); }

 private:
  coffer::store::memory_store kept_;

 public:
  slow_audit slow{kept_.audit()};
};

constexpr std::size_t file_size = 4096;

struct slowly_read {
  temporary_folder home;
  slow_store database;
  audit::spool spool{{home.file("audit"), file_size, 8 * file_size, std::chrono::milliseconds(0)},
                     crypto::mac_key(secret::buffer(32)),
                     [](const std::string&) { return std::nullopt; }};
  audit::trail trail{spool, database, secret::buffer(32)};

  void write(int records) {
    for (int i = 0; i < records; ++i) {
      audit::record entry;
      entry.operation = 0x15;
      entry.company = "cmp_a";
      BOOST_TEST_REQUIRE(spool.append(entry));
    }
    spool.commit();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(P5_verification, slowly_read)

BOOST_AUTO_TEST_CASE(records_are_shipped_and_listed_while_it_reads) {
  write(20);
  BOOST_TEST(trail.ship().has_value());
  database.slow.waits = true;
  auto verification = std::async(std::launch::async, [&] { return trail.verify(); });
  database.slow.reached.get_future().wait();

  // More than the spool may hold: files that the verification has opened are deleted.
  for (int round = 0; round < 20; ++round) {
    write(100);
    auto shipped = std::async(std::launch::async, [&] { return trail.ship_some(); });
    BOOST_TEST_REQUIRE((shipped.wait_for(std::chrono::seconds(20)) == std::future_status::ready));
    const auto moved = shipped.get();
    BOOST_TEST_REQUIRE(moved.has_value());
    BOOST_TEST(*moved > 0u);
  }
  BOOST_TEST(trail.list({.chain = {}, .company = {}, .after = {}, .before = {}, .limit = 10})
                 ->records.size() == 10u);
  BOOST_TEST((trail.verify().error().code == errc::overloaded));

  database.slow.go_on.set_value();
  const auto found = verification.get();
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->front().intact, found->front().where);
  BOOST_TEST(found->front().records >= 20u);
  BOOST_TEST(trail.verify()->front().records == 2020u);
}

BOOST_AUTO_TEST_SUITE_END()
