// K3, M2: keys in files. A slot holds a whole key or none, and is written by compare and set.
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <thread>

#include "keys/key_source.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffer;
using coffer::keys::slot;
using coffer::tests::temporary_folder;

namespace {

struct with_files {
  temporary_folder folder;
  std::string path = folder.file("secrets/master.key");
  std::unique_ptr<keys::key_source> source = keys::open_key_source("file://" + path);

  static secret::buffer filled(unsigned char fill) {
    secret::buffer made(keys::master_key_size);
    for (std::byte& byte : made.reveal(secret::purpose::key_load)) byte = std::byte{fill};
    return made;
  }
  static crypto::key_id id(unsigned char fill) { return crypto::derive_key_id(filled(fill)); }

  errc put(const slot& to, unsigned char fill, std::optional<crypto::key_id> expected = {}) {
    const auto done = source->write(to, filled(fill), expected);
    return done ? errc{} : done.error().code;
  }
  // What the slot's key is filled with; 0 for an empty slot, -1 for an error.
  int held(const slot& from) {
    const auto found = source->read(from);
    if (!found) return -1;
    if (!*found) return 0;
    return std::to_integer<int>((*found)->reveal(secret::purpose::key_load)[0]);
  }
  static bool exists(const std::string& file) { return access(file.c_str(), F_OK) == 0; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(K3_M2_file_source, with_files)

BOOST_AUTO_TEST_CASE(a_written_key_is_private) {
  BOOST_TEST(held(slot::current()) == 0);
  BOOST_TEST((put(slot::current(), 1) == errc{}));
  struct stat found {};
  BOOST_TEST_REQUIRE(stat(path.c_str(), &found) == 0);
  BOOST_TEST((found.st_mode & 0777) == 0600u);
  BOOST_TEST(found.st_size == 32);
  BOOST_TEST(!exists(path + ".new"));
}

BOOST_AUTO_TEST_CASE(slots_are_files_of_a_stated_layout) {
  BOOST_TEST((put(slot::current(), 1) == errc{}));
  BOOST_TEST((put(slot::pending(), 2) == errc{}));
  BOOST_TEST((put(slot::archive(id(3)), 3) == errc{}));
  BOOST_TEST(exists(path + ".pending"));
  BOOST_TEST(exists(path + ".archive/" + crypto::to_hex(id(3))));
  struct stat found {};
  BOOST_TEST_REQUIRE(stat((path + ".archive").c_str(), &found) == 0);
  BOOST_TEST((found.st_mode & 0777) == 0700u);
  BOOST_TEST(held(slot::current()) == 1);
  BOOST_TEST(held(slot::pending()) == 2);
  BOOST_TEST(held(slot::archive(id(3))) == 3);
  BOOST_TEST(held(slot::archive(id(4))) == 0);
}

BOOST_AUTO_TEST_CASE(a_key_is_replaced_only_if_it_is_the_expected_one) {
  BOOST_TEST((put(slot::current(), 1) == errc{}));
  BOOST_TEST((put(slot::current(), 2) == errc::version_conflict));
  BOOST_TEST((put(slot::current(), 2, id(3)) == errc::version_conflict));
  BOOST_TEST((put(slot::pending(), 2, id(1)) == errc::version_conflict));
  BOOST_TEST(held(slot::current()) == 1);
  BOOST_TEST((put(slot::current(), 2, id(1)) == errc{}));
  BOOST_TEST(held(slot::current()) == 2);
}

BOOST_AUTO_TEST_CASE(a_write_that_is_repeated_is_done) {
  BOOST_TEST((put(slot::current(), 1) == errc{}));
  BOOST_TEST((put(slot::current(), 2, id(1)) == errc{}));
  BOOST_TEST((put(slot::current(), 2, id(1)) == errc{}));
  BOOST_TEST(held(slot::current()) == 2);
}

BOOST_AUTO_TEST_CASE(a_conflict_names_both_keys_by_their_ids) {
  BOOST_TEST((put(slot::current(), 1) == errc{}));
  const auto refused = source->write(slot::current(), filled(2), id(3));
  BOOST_TEST_REQUIRE(refused.has_error());
  for (const auto& name : {crypto::to_hex(id(1)), crypto::to_hex(id(3)), path})
    BOOST_TEST(refused.error().text.find(name) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(removing_empties_a_slot_and_may_be_repeated) {
  BOOST_TEST(source->remove(slot::pending()).has_value());
  BOOST_TEST((put(slot::pending(), 2) == errc{}));
  std::ofstream(path + ".pending.new") << "left by a crash";
  for (int i = 0; i < 2; ++i) BOOST_TEST(source->remove(slot::pending()).has_value());
  BOOST_TEST(held(slot::pending()) == 0);
  BOOST_TEST(!exists(path + ".pending.new"));
  BOOST_TEST(source->remove(slot::archive(id(1))).has_value());
}

BOOST_AUTO_TEST_CASE(what_a_crash_left_is_not_taken_for_a_key) {
  BOOST_TEST((put(slot::current(), 1) == errc{}));
  std::ofstream(path + ".pending.new") << "half a key";
  BOOST_TEST(held(slot::pending()) == 0);
  BOOST_TEST((put(slot::pending(), 2) == errc{}));
  BOOST_TEST(held(slot::pending()) == 2);
}

BOOST_AUTO_TEST_CASE(a_file_that_others_can_read_is_an_error_not_an_empty_slot) {
  BOOST_TEST((put(slot::pending(), 2) == errc{}));
  chmod((path + ".pending").c_str(), 0644);
  BOOST_TEST(held(slot::pending()) == -1);
  BOOST_TEST((put(slot::pending(), 3) == errc::key_unavailable));
  BOOST_TEST(source->read(slot::pending()).error().text.find("chmod 0600") != std::string::npos);
}

// Each replaces what it has read, as long as nothing else was faster: no step is lost.
BOOST_AUTO_TEST_CASE(of_many_writers_one_at_a_time_succeeds) {
  BOOST_TEST((put(slot::current(), 1) == errc{}));
  std::vector<std::thread> writers;
  std::atomic<int> done = 0;
  for (unsigned char fill = 2; fill < 8; ++fill)
    writers.emplace_back([&, fill] {
      const auto own = keys::open_key_source("file://" + path);
      if (own->write(slot::current(), filled(fill), id(1))) ++done;
    });
  for (auto& writer : writers) writer.join();
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_SUITE_END()
