#include "protocol/frame.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <vector>

#include "protocol/messages.hpp"
#include "protocol/operations.hpp"
#include "protocol/reader.hpp"
#include "protocol/writer.hpp"

using namespace coffer;
using namespace coffer::protocol;

namespace {

std::vector<std::byte> fetch_frame() {
  std::vector<std::byte> out(256);
  const integration_fetch_request request{{"cmp_acme"}, {"slack"}, std::nullopt};
  out.resize(encode_message(request, 0x15, 0, 7, out));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(P1_frame)

BOOST_AUTO_TEST_CASE(whole_frame_round_trips) {
  const auto bytes = fetch_frame();
  const auto result = split(bytes, any_frame);
  BOOST_TEST_REQUIRE((result.status == split_status::complete));
  BOOST_TEST(result.size == bytes.size());
  BOOST_TEST(result.value.head.request_id == 7u);
  integration_fetch_request request;
  BOOST_TEST(!decode_message(result.value.fields, request));
  BOOST_TEST(request.company.value == "cmp_acme");
  BOOST_TEST(request.integration.value == "slack");
}

BOOST_AUTO_TEST_CASE(every_prefix_is_incomplete_and_says_how_much_is_missing) {
  const auto bytes = fetch_frame();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<std::byte> prefix(bytes.begin(), bytes.begin() + size);
    const auto result = split(prefix, any_frame);
    BOOST_TEST((result.status == split_status::incomplete));
    BOOST_TEST(result.missing > 0u);
    BOOST_TEST(result.missing <= bytes.size() - size);
  }
}

BOOST_AUTO_TEST_CASE(oversized_frame_fails_at_its_fifth_byte) {
  std::array<std::byte, 5> head{};
  store_u32(2000, head.data());
  head[4] = std::byte{0x15};
  const auto result = split(head, request_limit);
  BOOST_TEST((result.status == split_status::failed));
  BOOST_TEST((result.error == errc::frame_too_large));
}

BOOST_AUTO_TEST_SUITE_END()
