// Every prefix of every good message, from a buffer of exactly its size: a read past the end is
// undefined behaviour that a sanitizer sees.
#include <boost/test/unit_test.hpp>
#include <memory>

#include "tests/contract/vectors/vector_runner.hpp"

using namespace coffer;
using namespace coffer::protocol;
using namespace coffer::vectors;

namespace {

constexpr std::size_t field_header_size = 5;
constexpr std::size_t dense = 512;  // cuts that are all tried, at each end
constexpr std::size_t steps = 100;  // cuts in the middle of something longer

// Calls `try_prefix(view)` for the proper prefixes: all, or of a large input the ends and a sample.
template <class Try>
void for_each_prefix(bytes_view whole, Try&& try_prefix) {
  const std::size_t middle = whole.size() > 2 * dense ? (whole.size() - 2 * dense) / steps + 1 : 1;
  for (std::size_t size = 0; size < whole.size();) {
    const auto exact = std::make_unique<std::byte[]>(size);
    std::copy_n(whole.begin(), size, exact.get());
    try_prefix(bytes_view(exact.get(), size));
    size += size >= dense && size + dense < whole.size() ? middle : 1;
  }
}

// What a decoder must say of a good message that is cut after `fields`: errc{} at a border of two
// fields, where only required ones can be missing.
errc expected_at_cut(bytes_view fields) {
  while (!fields.empty()) {
    if (fields.size() < field_header_size) return errc::trailing_bytes;
    const std::size_t size = field_header_size + load_u32(fields.data() + 1);
    if (size > fields.size()) return errc::truncated_field;
    fields = fields.subspan(size);
  }
  return {};
}

template <class Message>
bool is_right_at_cut(bytes_view fields) {
  Message message;
  const auto error = decode_message(fields, message);
  const auto expected = expected_at_cut(fields);
  if (expected != errc{}) return error && error->code == expected && error->field.empty();
  return !error || (error->code == errc::missing_field && !error->field.empty());
}

std::vector<vector_case> good_messages() {
  auto all = load_cases();
  std::erase_if(all, [](const auto& one) { return one.outcome != "ok" || one.kind == "stream"; });
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(truncation)

BOOST_AUTO_TEST_CASE(every_cut_of_the_fields_is_refused_for_the_right_reason) {
  std::size_t cuts = 0;
  for (const auto& one : good_messages()) {
    const auto whole = split(one.bytes, limit_of(one)).value;
    std::size_t wrong = 0;
    with_message_of(one, whole.head, [&](auto message) {
      for_each_prefix(whole.fields, [&](bytes_view fields) {
        wrong += !is_right_at_cut<decltype(message)>(fields);
        ++cuts;
      });
    });
    BOOST_TEST(wrong == 0u, one.name << ": " << wrong << " cuts");
  }
  BOOST_TEST(cuts > 60'000u);
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_frame_is_incomplete) {
  std::size_t cuts = 0;
  for (const auto& one : good_messages()) {
    std::size_t wrong = 0;
    for_each_prefix(one.bytes, [&](bytes_view input) {
      const auto result = split(input, limit_of(one));
      wrong += result.status != split_status::incomplete || result.missing == 0 ||
               result.missing > one.bytes.size() - input.size();
      ++cuts;
    });
    BOOST_TEST(wrong == 0u, one.name << ": " << wrong << " cuts");
  }
  BOOST_TEST(cuts > 60'000u);
}

BOOST_AUTO_TEST_SUITE_END()
