// P1.8, P2.3, P2.8, P6.5: how connections end, and what is answered before.
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>

#include "protocol/limits.hpp"
#include "tests/unit/net/open_sessions.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

using conversation = std::vector<heard>;

const heard set_reply{"reply", 0x10, 5};

// A header that announces a frame of `size` bytes.
std::vector<std::byte> announced(std::size_t size, std::uint8_t opcode) {
  std::vector<std::byte> out(protocol::header_size);
  protocol::write_header({.length = static_cast<std::uint32_t>(size - 4), .opcode = opcode},
                         out.data());
  return out;
}

struct with_sessions : open_sessions {
  client one = greeted(admin);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(end_of_a_connection, with_sessions)

BOOST_AUTO_TEST_CASE(P2_8_what_is_in_flight_is_answered_before_a_malformed_frame_ends_it) {
  hold_worker();
  one.send(set_frame(5, "slack", "v"));
  one.send(std::vector<std::byte>(protocol::header_size));
  settle();
  BOOST_TEST(!one.ended());
  release_worker();
  settle();
  BOOST_TEST((one.hear() == conversation{set_reply, {"malformed_frame", 0, 0}}));
  BOOST_TEST(one.ended());
}

BOOST_AUTO_TEST_CASE(P2_8_and_before_one_that_is_too_large) {
  hold_worker();
  one.send(set_frame(5, "slack", "v"));
  one.send(announced(protocol::frame_size_max + 1, 0x10));
  settle();
  release_worker();
  settle();
  BOOST_TEST((one.hear() == conversation{set_reply, {"frame_too_large", 0x10, 0}}));
  BOOST_TEST(one.ended());
}

BOOST_AUTO_TEST_CASE(P1_8_and_before_a_stalled_frame_ends_it) {
  hold_worker();
  one.send(set_frame(5, "slack", "v"));
  one.send(protocol::bytes_view(ping_frame(6)).first(9));
  settle();
  const auto late = net::session::clock::now() + std::chrono::hours(1);
  all().for_each_connection([late](net::connection& each) { each.reap(late); });
  BOOST_TEST(!one.ended());
  release_worker();
  settle();
  BOOST_TEST((one.hear() == conversation{set_reply, {"timed_out", 0, 0}}));
  BOOST_TEST(one.ended());
}

BOOST_AUTO_TEST_CASE(P1_10_replies_that_wait_for_the_end_of_a_round_are_sent_before_it_closes) {
  client other = greeted(other_admin);
  other.send(ping_frame(6));
  settle();
  one.send(ping_frame(6));
  other.send(ping_frame(7));
  one.stop_writing();
  other.stop_writing();
  settle();
  BOOST_TEST((one.hear() == conversation{{"reply", 0x02, 6}}));
  BOOST_TEST((other.hear() == conversation{{"reply", 0x02, 6}, {"reply", 0x02, 7}}));
}

BOOST_AUTO_TEST_CASE(P2_3_before_hello_a_frame_past_1_KiB_is_refused_at_its_fifth_byte) {
  for (const std::uint8_t opcode : std::to_array<std::uint8_t>({0x10, 0x7F, 0x01})) {
    client fresh = connect(admin);
    fresh.send(protocol::bytes_view(announced(1025, opcode)).first(4));
    settle();
    BOOST_TEST(!fresh.ended());
    fresh.send(protocol::bytes_view(announced(1025, opcode)).subspan(4, 1));
    settle();
    BOOST_TEST((fresh.hear() == conversation{{"frame_too_large", opcode, 0}}));
    BOOST_TEST(fresh.ended());
  }
  one.send(protocol::bytes_view(announced(1025, 0x10)));
  settle();
  BOOST_TEST((one.hear() == conversation{}));
  BOOST_TEST(!one.ended());
}

BOOST_AUTO_TEST_CASE(P3_a_change_is_not_begun_without_room_for_its_reply) {
  net::account& user = account(admin);
  std::size_t taken = 0;
  while (all().books.hold(user, 64)) taken += 64;
  all().books.release(user, 1024);  // enough for the frame
  one.send(set_frame(5, "slack", "v"));
  settle();
  BOOST_TEST((one.hear() == conversation{{"overloaded", 0x10, 5}}));
  all().books.release(user, taken - 1024);
  one.send(fetch_frame(6, "slack"));
  settle();
  BOOST_TEST((one.hear() == conversation{{"not_found", 0x15, 6}}));
}

// Its reply is cut off where the account was full: no error may stand in the middle of it.
BOOST_AUTO_TEST_CASE(P3_nothing_follows_on_a_reply_that_was_cut) {
  one.send(set_frame(4, "large", std::string(60'000, 'v')));
  one.send(fetch_frame(5, "large"));
  settle();
  one.hear();
  net::account& user = account(admin);
  std::size_t taken = 0;
  while (all().books.hold(user, 64)) taken += 64;
  for (std::uint32_t id = 10; id < 20; ++id) one.send(fetch_frame(id, "large"));
  settle();
  all().books.release(user, taken);
  for (const heard& each : one.hear()) BOOST_TEST(each.what == "reply");
  BOOST_TEST(one.ended());
}

BOOST_AUTO_TEST_CASE(P3_the_reply_of_a_change_reaches_a_peer_that_reads_late) {
  one.send(set_frame(4, "large", std::string(60'000, 'v')));
  settle();
  BOOST_TEST((one.hear() == conversation{{"reply", 0x10, 4}}));
  one.send(fetch_frame(4, "large"));
  settle();
  BOOST_TEST((one.hear() == conversation{{"reply", 0x15, 4}}));
  hold_worker();
  one.send(set_frame(5, "slack", "v"));
  for (std::uint32_t id = 10; id < 20; ++id) one.send(fetch_frame(id, "large"));
  settle();
  net::account& user = account(admin);
  std::size_t taken = 0;
  while (all().books.hold(user, 64)) taken += 64;
  release_worker();
  settle();
  conversation all_heard;
  for (auto some = one.hear(); !some.empty(); some = one.hear()) {
    all_heard.insert(all_heard.end(), some.begin(), some.end());
    settle();
  }
  BOOST_TEST(std::ranges::count(all_heard, set_reply) == 1);
  BOOST_TEST(!one.ended());
  all().books.release(user, taken);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rate)

BOOST_AUTO_TEST_CASE(P6_5_too_many_requests_ends_a_connection_only_before_hello) {
  open_sessions at({.requests_per_second_max = 2});
  client one = at.greeted(open_sessions::admin);
  conversation got;
  while (got.empty() || got.back().what == "reply") {
    one.send(ping_frame(2));
    at.settle();
    got = one.hear();
  }
  BOOST_TEST((got == conversation{{"too_many_requests", 0x02, 2}}));
  BOOST_TEST(!one.ended());
  for (got.clear(); got.empty() || got.back().what == "reply";) {
    client fresh = at.connect(open_sessions::admin);
    fresh.send(hello_frame());
    at.settle();
    got = fresh.hear();
    BOOST_TEST(fresh.ended() == (got.back().what != "reply"));
  }
  BOOST_TEST((got == conversation{{"too_many_requests", 0x01, 1}}));
}

BOOST_AUTO_TEST_SUITE_END()
