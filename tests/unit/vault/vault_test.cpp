#include "vault/vault.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace coffer;
using vault::associated_data;

namespace {

secret::buffer key_of(unsigned char fill) {
  secret::buffer key(32);
  for (std::byte& one : key.reveal(secret::purpose::crypto)) one = std::byte{fill};
  return key;
}

struct opened {
  errc code{};
  std::string value;
};

struct with_vault {
  vault::keyring ring;
  vault::vault one{ring, 1 << 20};
  with_vault() { ring.add(key_of(1)); }

  store::sealed_value seal(const associated_data& where, const std::string& value,
                           std::uint64_t version = 3) {
    return one.seal(where, version, std::as_bytes(std::span(value)));
  }

  opened open(const associated_data& where, const store::sealed_value& sealed,
              std::uint64_t version = 3) {
    std::string value;
    const auto done = one.open_sealed(where, version, sealed, [&](std::size_t size) {
      value.resize(size);
      return std::as_writable_bytes(std::span(value));
    });
    return {done ? errc{} : done.error().code, value};
  }
};

const associated_data here({"cmp_a", "integration", "slack", "credential"});

}  // namespace

BOOST_FIXTURE_TEST_SUITE(S2_vault, with_vault)

BOOST_AUTO_TEST_CASE(opens_what_it_sealed) {
  const auto found = open(here, seal(here, "xoxb-1"));
  BOOST_TEST((found.code == errc{}));
  BOOST_TEST(found.value == "xoxb-1");
}

BOOST_AUTO_TEST_CASE(every_label_is_bound) {
  const auto sealed = seal(here, "xoxb-1");
  for (const associated_data& other : {
           associated_data({"cmp_b", "integration", "slack", "credential"}),
           associated_data({"cmp_a", "agent", "slack", "credential"}),
           associated_data({"cmp_a", "integration", "github", "credential"}),
           associated_data({"cmp_a", "integration", "slack", "refresh_token"}),
       }) {
    const auto found = open(other, sealed);
    BOOST_TEST((found.code == errc::tampered));
    BOOST_TEST(found.value == std::string(6, '\0'));
  }
  BOOST_TEST((open(here, sealed, 4).code == errc::tampered));
}

BOOST_AUTO_TEST_CASE(the_key_id_is_bound_even_if_both_keys_are_held) {
  const auto sealed = seal(here, "xoxb-1");
  auto other = sealed;
  other.key_id = ring.add(key_of(2));
  BOOST_TEST((open(here, other).code == errc::tampered));
  BOOST_TEST((open(here, sealed).code == errc{}));  // and the old key still opens its own
}

BOOST_AUTO_TEST_CASE(a_key_that_is_not_held_is_named_so) {
  auto sealed = seal(here, "xoxb-1");
  sealed.key_id.fill(std::byte{9});
  BOOST_TEST((open(here, sealed).code == errc::key_unavailable));
}

BOOST_AUTO_TEST_CASE(sizes_that_cannot_be_are_tampered) {
  auto sealed = seal(here, "xoxb-1");
  sealed.ciphertext.resize(16);
  BOOST_TEST((open(here, sealed).code == errc::tampered));
  sealed.ciphertext.resize(100'000);
  BOOST_TEST((open(here, sealed).code == errc::tampered));
}

BOOST_AUTO_TEST_CASE(nonces_are_never_the_same) {
  BOOST_TEST((seal(here, "same").nonce != seal(here, "same").nonce));
}

BOOST_AUTO_TEST_CASE(K1_writes_are_counted_for_the_key_that_encrypted) {
  const auto first = seal(here, "1").key_id;
  const auto second = ring.add(key_of(2));
  seal(here, "2");
  BOOST_TEST(ring.make_current(second));
  BOOST_TEST((seal(here, "3").key_id == second));
  BOOST_TEST(ring.retire(first));
  BOOST_TEST((one.writes().take() == vault::write_counts::list{{first, 2}, {second, 1}}));
  BOOST_TEST(one.writes().take().empty());
}

BOOST_AUTO_TEST_CASE(an_empty_ring_encrypts_nothing) {
  vault::keyring empty;
  vault::vault without(empty, 1 << 20);
  BOOST_CHECK_THROW(without.seal(here, 3, {}), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
