// K1, M2: keys come and go while threads use them; what is retired is gone from all of them.
#include "vault/keyring.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <latch>
#include <thread>

#include "crypto/random.hpp"
#include "secret/arena.hpp"

using namespace coffer;
using vault::keyring;

namespace {

secret::buffer key_of(unsigned char fill) {
  secret::buffer key(crypto::key_size);
  for (std::byte& byte : key.reveal(secret::purpose::crypto)) byte = std::byte{fill};
  return key;
}

std::size_t locked_bytes() { return secret::process_arena()->used(); }

// Encrypts and decrypts; false if the key is not held.
bool use(const keyring& ring, const crypto::key_id& id) {
  const auto cipher = ring.cipher(id);
  if (!cipher) return false;
  const std::array<std::byte, 8> plaintext{};
  std::array<std::byte, 8> opened{std::byte{1}};
  std::array<std::byte, 8 + crypto::tag_size> sealed;
  const auto nonce = crypto::random_nonce();
  cipher->seal({}, nonce, plaintext, sealed);
  return cipher->open({}, nonce, sealed, opened) && opened == plaintext;
}

// A thread that uses keys once and then lives on, idle, until the test ends.
class idle_thread {
 public:
  idle_thread(const keyring& ring, std::vector<crypto::key_id> ids)
      : thread_([&ring, ids, this] {
          for (const auto& id : ids)
            if (!use(ring, id)) failed = true;
          used_.count_down();
          end_.wait();
        }) {
    used_.wait();
  }
  ~idle_thread() {
    end_.count_down();
    thread_.join();
  }
  std::atomic<bool> failed{false};

 private:
  std::latch used_{1}, end_{1};
  std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(K1_M2_keyring)

BOOST_AUTO_TEST_CASE(the_first_key_is_current_until_another_is_made_so) {
  keyring ring;
  BOOST_TEST(!ring.snapshot()->current.has_value());
  const auto first = ring.add(key_of(1));
  const auto before = ring.snapshot();
  const auto second = ring.add(key_of(2));
  BOOST_TEST((ring.snapshot()->current == first));
  BOOST_TEST((ring.snapshot()->ids == std::vector{first, second}));
  BOOST_TEST((before->ids == std::vector{first}));  // a snapshot stays what it was
  BOOST_TEST(ring.make_current(second));
  BOOST_TEST((ring.snapshot()->current == second));
  BOOST_TEST(!ring.make_current(crypto::key_id{}));
  BOOST_TEST(ring.snapshot()->generation == before->generation + 2);
}

BOOST_AUTO_TEST_CASE(a_key_that_is_held_already_changes_nothing) {
  keyring ring;
  const auto first = ring.add(key_of(1));
  const auto before = ring.snapshot();
  BOOST_TEST((ring.add(key_of(1)) == first));
  BOOST_TEST(ring.snapshot() == before);
}

BOOST_AUTO_TEST_CASE(the_current_key_is_not_retired) {
  keyring ring;
  const auto first = ring.add(key_of(1));
  BOOST_TEST(!ring.retire(first));
  BOOST_TEST(use(ring, first));
}

BOOST_AUTO_TEST_CASE(a_retired_key_is_gone_from_threads_that_are_idle) {
  keyring ring;
  const auto current = ring.add(key_of(1));
  idle_thread one(ring, {current}), two(ring, {current});
  BOOST_TEST(use(ring, current));
  const std::size_t before = locked_bytes();
  const auto old = ring.add(key_of(2));
  idle_thread three(ring, {old}), four(ring, {old, old});
  BOOST_TEST(use(ring, old));
  BOOST_TEST(locked_bytes() > before + 3 * 1024);  // the key, and three threads' ciphers
  BOOST_TEST(ring.retire(old));
  BOOST_TEST(locked_bytes() == before);
  BOOST_TEST(!use(ring, old));
  BOOST_TEST(use(ring, current));
  BOOST_TEST((ring.snapshot()->ids == std::vector{current}));
  BOOST_TEST(!(one.failed || two.failed || three.failed || four.failed));
}

BOOST_AUTO_TEST_CASE(retiring_waits_for_a_cipher_in_use) {
  keyring ring;
  ring.add(key_of(1));
  const auto old = ring.add(key_of(2));
  std::atomic<bool> retired = false;
  std::thread other;
  {
    const auto cipher = ring.cipher(old);
    other = std::thread([&] {
      ring.retire(old);
      retired = true;
    });
    while (ring.snapshot()->holds(old)) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    BOOST_TEST(!retired);
  }
  other.join();
  BOOST_TEST(!use(ring, old));
}

BOOST_AUTO_TEST_CASE(a_thread_uses_one_cipher_at_a_time) {
  keyring ring;
  const auto id = ring.add(key_of(1));
  const auto cipher = ring.cipher(id);
  BOOST_CHECK_THROW(ring.cipher(id), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_ring_that_ends_leaves_no_cipher_in_any_thread) {
  const std::size_t before = locked_bytes();
  auto ring = std::make_unique<keyring>();
  const auto id = ring->add(key_of(1));
  idle_thread idle(*ring, {id});
  use(*ring, id);
  ring.reset();
  BOOST_TEST(locked_bytes() == before);
}

BOOST_AUTO_TEST_CASE(a_thread_that_ends_leaves_no_cipher) {
  keyring ring;
  const auto id = ring.add(key_of(1));
  const std::size_t before = locked_bytes();
  { idle_thread idle(ring, {id}); }
  BOOST_TEST(locked_bytes() == before);
}

// Keys come and go while threads, some of them short-lived, use whichever is current.
BOOST_AUTO_TEST_CASE(keys_change_under_load) {
  keyring ring;
  auto current = ring.add(key_of(1));
  const std::size_t before = locked_bytes();
  std::atomic<bool> end = false;
  std::atomic<std::uint64_t> uses = 0;
  const auto work = [&] {
    while (!end) {
      for (int i = 0; i < 50; ++i)
        if (use(ring, *ring.snapshot()->current)) ++uses;
      std::thread([&] { use(ring, *ring.snapshot()->current); }).join();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(work);
  for (unsigned char fill = 2; fill < 100; ++fill) {
    const auto next = ring.add(key_of(fill));
    BOOST_TEST(ring.make_current(next));
    BOOST_TEST(ring.retire(std::exchange(current, next)));
    for (const auto had = uses.load(); uses == had;) std::this_thread::yield();
  }
  end = true;
  for (auto& thread : threads) thread.join();
  BOOST_TEST(use(ring, current));
  const auto last = ring.add(key_of(100));
  BOOST_TEST(ring.make_current(last));
  BOOST_TEST(ring.retire(current));
  BOOST_TEST(locked_bytes() == before);
}

BOOST_AUTO_TEST_SUITE_END()
