#include "dispatch/tickets.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace coffer;
using namespace coffer::dispatch;

namespace {

struct with_tickets {
  tickets all;
  std::vector<std::byte> text = std::vector<std::byte>(tickets::text_size);

  void issue(std::uint64_t now, std::uint64_t expires_at) {
    BOOST_TEST_REQUIRE(
        all.issue({.run = nullptr, .issuer = nullptr, .redeemer = 7, .expires_at = expires_at}, now,
                  text)
            .has_value());
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(R3_ticket_texts, with_tickets)

BOOST_AUTO_TEST_CASE(a_ticket_is_good_until_it_expires) {
  issue(100, 200);
  BOOST_TEST((all.redeem(text, 7, 200).error().code == errc::invalid_ticket));
  issue(100, 200);
  BOOST_TEST(all.redeem(text, 7, 199).has_value());
}

BOOST_AUTO_TEST_CASE(any_changed_byte_or_size_is_refused) {
  issue(100, 200);
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto wrong = text;
    wrong[i] ^= std::byte{1};
    BOOST_TEST(!all.redeem(wrong, 7, 150).has_value());
  }
  BOOST_TEST(!all.redeem(std::span(text).first(text.size() - 1), 7, 150).has_value());
  BOOST_TEST(!all.redeem({}, 7, 150).has_value());
  BOOST_TEST(all.redeem(text, 7, 150).has_value());
}

BOOST_AUTO_TEST_CASE(expired_ones_give_their_place_to_others) {
  for (std::size_t i = 0; i < tickets::outstanding_max; ++i) issue(100, 200);
  BOOST_TEST((all.issue({}, 150, text).error().code == errc::overloaded));
  issue(200, 300);
}

BOOST_AUTO_TEST_CASE(whose_ticket_is_out_is_known_until_it_expires) {
  BOOST_TEST(!all.wait_for(7, 150));
  issue(100, 200);
  BOOST_TEST(all.wait_for(7, 199));
  BOOST_TEST(!all.wait_for(7, 200));
  BOOST_TEST(!all.wait_for(8, 150));
}

BOOST_AUTO_TEST_SUITE_END()
