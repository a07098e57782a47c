// G: texts are cut between characters, and mended without a change of size.
#include "protocol/text.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/types.hpp"

using namespace coffer;

namespace {

std::string mended(std::string text) {
  protocol::mend_text({text.data(), text.size()});
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(P3_text)

BOOST_AUTO_TEST_CASE(a_cut_text_is_a_text) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x91z";
  const std::size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (std::size_t size = 0; size < std::size(ends); ++size) {
    const auto cut = protocol::cut_text(text, size);
    BOOST_TEST(cut.size() == ends[size], "at " << size);
    BOOST_TEST(protocol::valid_text(cut));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_text_becomes_question_marks) {
  BOOST_TEST(mended("Z\xC3\xBCrich") == "Z\xC3\xBCrich");
  BOOST_TEST(mended("a\xC3") == "a?");
  BOOST_TEST(mended("\xC3\xC3\xA9") == "?\xC3\xA9");
  BOOST_TEST(mended("a\nb\x7F") == "a?b?");
  BOOST_TEST(mended("\xC2\x9Bx") == "??x");
  BOOST_TEST(mended("\xED\xA0\x80") == "???");
  BOOST_TEST(mended("") == "");
}

BOOST_AUTO_TEST_CASE(every_pair_of_bytes_is_mended_to_a_text) {
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b) {
      const std::string bytes{static_cast<char>(a), static_cast<char>(b)};
      const std::string text = mended(bytes);
      BOOST_TEST_REQUIRE(protocol::valid_text(text), a << " " << b);
      if (protocol::valid_text(bytes)) BOOST_TEST_REQUIRE(text == bytes);
    }
}

// Plain text is looked at eight bytes at a time: a byte counts wherever it stands.
BOOST_AUTO_TEST_CASE(every_byte_is_seen_in_every_place) {
  for (std::size_t size = 1; size <= 25; ++size)
    for (std::size_t place = 0; place < size; ++place)
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, '~');
        text[place] = static_cast<char>(byte);
        const bool good = byte >= 0x20 && byte < 0x7F;
        BOOST_TEST_REQUIRE(protocol::valid_text(text) == good, size << " " << place << " " << byte);
        if (!good) text[place] = '?';
        std::string given(size, '~');
        given[place] = static_cast<char>(byte);
        BOOST_TEST_REQUIRE(mended(given) == text);
      }
}

BOOST_AUTO_TEST_SUITE_END()
