// A process that has used two keys in several threads and then retired the first: for a scan of its
// memory. usage: retire_key KEY-FILE OTHER-KEY-FILE; it waits for a line before it retires, and for
// another one before it ends.
#include <array>
#include <cstdio>
#include <fstream>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "crypto/random.hpp"
#include "secret/arena.hpp"
#include "secret/wipe.hpp"
#include "vault/keyring.hpp"

using namespace coffer;

namespace {

crypto::key_id add(vault::keyring& ring, const char* path) {
  secret::buffer key(crypto::key_size);
  const auto bytes = key.reveal(secret::purpose::key_load);
  std::ifstream file(path, std::ios::binary);
  file.rdbuf()->pubsetbuf(nullptr, 0);  // else the stream's buffer keeps the key
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(file.get());
  return ring.add(std::move(key));
}

bool use(const vault::keyring& ring, const crypto::key_id& id) {
  const auto cipher = ring.cipher(id);
  if (!cipher) return false;
  std::array<std::byte, 300> plaintext{};
  std::array<std::byte, 300 + crypto::tag_size> sealed;
  const auto nonce = crypto::random_nonce();
  cipher->seal({}, nonce, plaintext, sealed);
  const bool opened = cipher->open({}, nonce, sealed, plaintext);
  secret::wipe_registers();  // as a session does behind each batch
  return opened;
}

void tell_and_wait(const char* what) {
  std::puts(what);
  std::fflush(stdout);
  std::getchar();
}

}  // namespace

int main(int, char** argv) {
  // Pages of memfd_secret could not be scanned.
  secret::open_process_arena({.allow_unlocked = true, .allow_memfd_secret = false});
  vault::keyring ring;
  const auto old = add(ring, argv[1]), current = add(ring, argv[2]);
  std::latch used(4), end(1);
  std::vector<std::thread> idle;
  for (int i = 0; i < 4; ++i)
    idle.emplace_back([&] {
      const bool good = use(ring, old) && use(ring, current);
      if (!good) std::puts("a cipher failed");
      used.count_down();
      end.wait();
    });
  used.wait();
  use(ring, old);
  ring.make_current(current);
  tell_and_wait("used");
  const bool gone = ring.retire(old) && !use(ring, old) && use(ring, current);
  tell_and_wait(gone ? "retired" : "the ring still has the key");
  end.count_down();
  for (auto& thread : idle) thread.join();
}
