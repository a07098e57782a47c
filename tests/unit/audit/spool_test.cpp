#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/audit/spool_folder.hpp"

using namespace coffer;
using namespace coffer::tests;

BOOST_FIXTURE_TEST_SUITE(P4_spool, spool_folder)

BOOST_AUTO_TEST_CASE(a_chain_goes_on_after_a_restart) {
  auto one = open();
  const std::string chain = one->chain();
  write(*one, 3);
  one = open();
  BOOST_TEST(one->chain() == chain);
  BOOST_TEST(one->end().sequence == 3u);
  write(*one, 2);
  const auto found = check(*one);
  BOOST_TEST(found.intact, found.where);
  BOOST_TEST(found.records == 5u);
}

BOOST_AUTO_TEST_CASE(what_was_sealed_survives_a_kill_and_what_was_not_is_gone) {
  auto one = open();
  write(*one, 3);
  BOOST_TEST_REQUIRE(one->append(entry("unsealed")));
  kill(std::move(one));
  one = open();
  BOOST_TEST(one->end().sequence == 3u);
  write(*one, 1);
  const auto found = check(*one);
  BOOST_TEST(found.intact, found.where);
  BOOST_TEST(found.last == 4u);
}

BOOST_AUTO_TEST_CASE(a_chain_spans_files_and_is_read_in_pieces) {
  auto one = open(small_segment);
  write(*one, 200);
  BOOST_TEST(one->segment_paths().size() > 3u);
  BOOST_TEST(check(*one).intact);
  std::uint64_t last = 0;
  for (;;) {
    const auto chunk = one->read_after(last, 1000);
    BOOST_TEST_REQUIRE(chunk.has_value());
    if (chunk->blocks.empty()) break;
    BOOST_TEST(chunk->first == last + 1);
    BOOST_TEST(chunk->blocks.size() <= 1000u);
    last = chunk->last;
  }
  BOOST_TEST(last == 200u);
  one->drop_through(150);
  const auto rest = one->read_after(150, 1 << 20);
  BOOST_TEST_REQUIRE(rest.has_value());
  BOOST_TEST(rest->last == 200u);
}

BOOST_AUTO_TEST_CASE(a_prepared_file_is_taken) {
  auto one = open(small_segment);
  for (int i = 0; i < 5; ++i) {
    one->prepare();
    write(*one, 40);
  }
  BOOST_TEST(check(*one).intact);
  const std::string spare = folder() + "/spare";
  one->prepare();
  BOOST_TEST(std::filesystem::exists(spare));
  one.reset();
  BOOST_TEST(!std::filesystem::exists(spare));
}

BOOST_AUTO_TEST_CASE(full_it_refuses_and_goes_on_when_there_is_room) {
  auto one = open(small_segment, 2 * small_segment);
  std::uint64_t written = 0;
  while (one->append(entry("x"))) {
    one->commit();
    ++written;
  }
  BOOST_TEST(written > 20u);
  BOOST_TEST(one->end().sequence == written);
  one->drop_through(written);
  while (!one->append(entry("x"))) std::this_thread::yield();  // it tries ten times a second
  one->commit();
  BOOST_TEST(one->end().sequence == written + 1);
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_gone_refuses_until_it_is_back) {
  auto one = open(small_segment);
  write(*one, 1);
  std::filesystem::rename(folder(), home.file("away"));
  while (one->append(entry("x"))) one->commit();
  std::filesystem::rename(home.file("away"), folder());
  while (!one->append(entry("x"))) std::this_thread::yield();
  one->commit();
  BOOST_TEST(check(*one).intact);
}

BOOST_AUTO_TEST_CASE(where_the_store_has_more_it_goes_on_behind_that) {
  auto one = open();
  write(*one, 3);
  one.reset();
  in_store = audit::chain_end{7, {}};
  one = open();
  BOOST_TEST(one->end().sequence == 7u);
  write(*one, 1);
  const auto next = one->read_after(7, 1 << 20);
  BOOST_TEST_REQUIRE(next.has_value());
  BOOST_TEST(next->last == 8u);
}

BOOST_AUTO_TEST_CASE(every_changed_byte_of_a_stopped_spool_is_found) {
  const auto good = stopped_with(4);
  for (std::size_t at = 0; at < good.sealed; ++at)
    for (const char flip : {'\x01', '\xFF'}) {
      bytes bad = good.file;
      bad[at] = static_cast<char>(bad[at] ^ flip);
      put(bad);
      const auto found = check_reopened();
      BOOST_TEST_REQUIRE(!found.intact, "byte " << at);
    }
}

BOOST_AUTO_TEST_CASE(every_size_that_became_zero_is_found_or_mended) {
  const auto good = stopped_with(4);
  for (const std::size_t begin : good.blocks) {
    bytes bad = good.file;
    std::fill_n(bad.begin() + static_cast<long>(begin), 4, '\0');
    put(bad);
    const auto mended = check_reopened();
    BOOST_TEST(mended.intact, mended.where);
    BOOST_TEST(mended.last == 5u);  // and one more was written
    bad[begin + 30] ^= 1;           // its seal
    put(bad);
    BOOST_TEST(!check_reopened().intact);
  }
}

BOOST_AUTO_TEST_CASE(a_file_cut_anywhere_is_found) {
  const auto good = stopped_with(4);
  for (std::size_t size = 1; size < good.sealed + audit::block_header_size; ++size) {
    put(bytes(good.file.begin(), good.file.begin() + static_cast<long>(size)));
    BOOST_TEST_REQUIRE(!check_reopened().intact, "cut at " << size);
  }
}

BOOST_AUTO_TEST_CASE(what_was_damaged_is_kept_until_somebody_has_looked_at_it) {
  const auto good = stopped_with(4);
  for (const char* name : {".damaged", ".2.damaged"}) {
    bytes bad = good.file;
    bad[good.blocks[2] + 8] ^= 1;  // its first sequence
    put(bad, false);
    auto one = open(small_segment);
    BOOST_TEST(one->end().sequence == 2u);
    const std::string kept = one->segment_paths().at(0) + name;
    BOOST_TEST(std::filesystem::exists(kept));
    BOOST_TEST(read(kept) == bad);
    write(*one, 1);
    const auto found = check(*one);
    BOOST_TEST(found.where.find("records 3 to 3: removed or reordered") != std::string::npos,
               found.where);
    BOOST_TEST(found.last == 3u);
  }
  for (const auto& path : open(small_segment)->damaged_paths()) std::filesystem::remove(path);
  auto one = open(small_segment);
  BOOST_TEST(check(*one).intact);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_gone_is_noticed_and_put_back_with_all_that_it_held) {
  auto one = open(small_segment);
  write(*one, 3);
  BOOST_TEST(one->read_after(0, 1).has_value());  // a reader stands in it
  std::filesystem::remove_all(folder());
  one->prepare();
  BOOST_TEST(!one->append(entry("x")));
  BOOST_TEST(!one->read_after(1, 1 << 20).has_value());
  std::filesystem::create_directory(folder());
  while (!one->append(entry("x"))) std::this_thread::yield();  // it tries ten times a second
  one->commit();
  const auto rest = one->read_after(1, 1 << 20);
  BOOST_TEST_REQUIRE(rest.has_value());
  BOOST_TEST(rest->last == 4u);
  kill(std::move(one));
  one = open(small_segment);
  const auto found = check(*one);
  BOOST_TEST(found.intact, found.where);
  BOOST_TEST(found.records == 4u);
}

BOOST_AUTO_TEST_CASE(a_file_removed_while_there_is_room_is_put_back_at_once) {
  auto one = open(small_segment);
  write(*one, 3);
  std::filesystem::remove(one->segment_paths().at(0));
  one->prepare();
  write(*one, 1);
  BOOST_TEST(check(*one).records == 4u);
  BOOST_TEST(check(*one).intact);
}

BOOST_AUTO_TEST_CASE(a_tail_cut_off_while_stopped_is_noticed_by_what_the_store_has) {
  auto one = open();
  write(*one, 20);
  const auto end = one->end();
  const std::string path = one->segment_paths().at(0);
  one.reset();
  std::filesystem::resize_file(path, audit::segment_header_size + 300);
  in_store = end;
  one = open();
  BOOST_TEST(one->end().sequence == 20u);
  write(*one, 1);
  BOOST_TEST(!check(*one).intact);
}

BOOST_AUTO_TEST_CASE(an_empty_file_of_a_kill_is_no_harm) {
  auto one = open();
  write(*one, 2);
  one.reset();
  std::ofstream(folder() + "/00000000000000000003.spool").write("\0\0", 2);
  one = open();
  write(*one, 1);
  BOOST_TEST(check(*one).intact);
  BOOST_TEST(one->end().sequence == 3u);
}

BOOST_AUTO_TEST_CASE(threads_append_and_seal_together) {
  auto one = open(1 << 16);
  std::vector<std::thread> threads;
  std::atomic<int> refused{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        if (!one->append(entry("x"))) ++refused;
        one->commit();
      }
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(refused == 0);
  const auto found = check(*one);
  BOOST_TEST(found.intact, found.where);
  BOOST_TEST(found.records == 8000u);
}

BOOST_AUTO_TEST_SUITE_END()
