// M2: what a host tells the others of its keys is what it holds.
#include "service/presence.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/service/with_service.hpp"

using namespace coffer;

namespace {

class noted_hosts final : public store::host_store {
 public:
  std::vector<store::host> beats;
  bool away = false;

  result<void> beat(const store::host& self) override {
    if (away) return failure(errc::store_unavailable);
    beats.push_back(self);
    return {};
  }
  result<void> leave(const std::string&) override { return {}; }
  result<std::vector<store::host>> list(const std::string&, std::size_t) override { return beats; }
  result<std::size_t> forget_unseen(std::chrono::milliseconds) override { return std::size_t{0}; }
};

secret::buffer another_key() {
  secret::buffer key(crypto::key_size);
  key.reveal(secret::purpose::crypto)[0] = std::byte{7};
  return key;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(M2_presence, coffer::tests::with_service)

BOOST_AUTO_TEST_CASE(a_change_of_keys_is_told_at_the_next_beat) {
  noted_hosts hosts;
  const auto first = *ring.snapshot()->current;
  service::presence here(hosts, contact, ring, {});
  here.beat();
  here.beat();
  BOOST_TEST_REQUIRE(hosts.beats.size() == 1u);  // nothing new within ten seconds
  BOOST_TEST((hosts.beats[0].keys == std::vector{first}));

  const auto second = ring.add(another_key());
  hosts.away = true;
  here.beat();
  hosts.away = false;
  here.beat();
  BOOST_TEST_REQUIRE(hosts.beats.size() == 2u);
  BOOST_TEST((hosts.beats[1].keys == std::vector{first, second}));

  BOOST_TEST(ring.make_current(second));
  BOOST_TEST(ring.retire(first));
  here.beat();
  BOOST_TEST_REQUIRE(hosts.beats.size() == 3u);
  BOOST_TEST((hosts.beats[2].keys == std::vector{second}));
  here.beat();
  BOOST_TEST(hosts.beats.size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
