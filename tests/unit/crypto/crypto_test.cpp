#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "crypto/aead.hpp"
#include "crypto/allocator.hpp"
#include "crypto/key_id.hpp"
#include "crypto/random.hpp"
#include "tests/open_arena.hpp"

using namespace coffer;

using coffer::tests::open_arena;
BOOST_TEST_GLOBAL_FIXTURE(open_arena);

namespace {

secret::buffer counting_key() {
  secret::buffer key(32);
  unsigned char next = 0;
  for (std::byte& one : key.reveal(secret::purpose::crypto)) one = std::byte{next++};
  return key;
}

using bytes = std::vector<std::byte>;

bytes of(std::string_view text) {
  const auto span = std::as_bytes(std::span(text));
  return {span.begin(), span.end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(K1_allocator)

BOOST_AUTO_TEST_CASE(cryptopp_takes_its_memory_from_the_arena) {
  BOOST_CHECK_NO_THROW(crypto::prove_locked_allocator());
  const auto before = crypto::locked_allocations();
  const crypto::aead cipher(counting_key());
  BOOST_TEST(crypto::locked_allocations() > before);
}

BOOST_AUTO_TEST_CASE(a_cipher_leaves_nothing_allocated) {
  const std::size_t before = secret::process_arena()->used();
  { const crypto::aead cipher(counting_key()); }
  BOOST_TEST(secret::process_arena()->used() == before);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(K5_key_id)

// Python: hmac.new(bytes(range(32)), b"coffer key id v1", "sha256").hexdigest()[:32]
BOOST_AUTO_TEST_CASE(is_the_truncated_hmac) {
  BOOST_TEST(crypto::to_hex(crypto::derive_key_id(counting_key())) ==
             "7db5cd88b984a2ffc8a76838c6c7ea1a");
}

BOOST_AUTO_TEST_CASE(hex_round_trips_and_refuses_the_rest) {
  const auto id = crypto::derive_key_id(counting_key());
  BOOST_TEST((crypto::parse_key_id(crypto::to_hex(id)) == id));
  BOOST_TEST(!crypto::parse_key_id("00"));
  BOOST_TEST(!crypto::parse_key_id(std::string(32, 'g')));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(S2_aead)

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_noticed_and_nothing_is_left) {
  crypto::aead cipher(counting_key());
  const bytes plaintext = of("xoxb-some-value"), aad = of("where it belongs");
  crypto::nonce iv = crypto::random_nonce();
  bytes sealed(plaintext.size() + crypto::tag_size), opened(plaintext.size());
  cipher.seal(aad, iv, plaintext, sealed);
  BOOST_TEST_REQUIRE(cipher.open(aad, iv, sealed, opened));
  BOOST_TEST((opened == plaintext));
  const auto refused = [&](const bytes& data, const crypto::nonce& nonce, const bytes& value) {
    std::ranges::fill(opened, std::byte{0xAA});
    return !cipher.open(data, nonce, value, opened) &&
           std::ranges::count(opened, std::byte{0}) == std::ssize(opened);
  };
  for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    bytes other = sealed;
    other[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    BOOST_TEST_REQUIRE(refused(aad, iv, other));
  }
  for (std::size_t bit = 0; bit < 8 * aad.size(); ++bit) {
    bytes other = aad;
    other[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    BOOST_TEST_REQUIRE(refused(other, iv, sealed));
  }
  iv[3] ^= std::byte{1};
  BOOST_TEST(refused(aad, iv, sealed));
}

BOOST_AUTO_TEST_CASE(sizes_that_cannot_be_are_refused) {
  crypto::aead cipher(counting_key());
  bytes opened(4);
  BOOST_TEST(!cipher.open({}, crypto::nonce{}, bytes(15), opened));
  BOOST_TEST(!cipher.open({}, crypto::nonce{}, bytes(40), opened));
}

BOOST_AUTO_TEST_CASE(nonces_and_uuids_are_fresh) {
  BOOST_TEST((crypto::random_nonce() != crypto::random_nonce()));
  const std::string uuid = crypto::random_uuid();
  BOOST_TEST(uuid.size() == 36u);
  BOOST_TEST(uuid.find_first_not_of("0123456789abcdef-") == std::string::npos);
  BOOST_TEST(uuid[14] == '4');
  BOOST_TEST(std::string("89ab").find(uuid[19]) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
