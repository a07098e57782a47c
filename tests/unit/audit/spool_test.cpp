#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "error/start_error.hpp"
#include "tests/unit/audit/spool_folder.hpp"

using namespace coffer;
using namespace coffer::tests;

BOOST_FIXTURE_TEST_SUITE(P4_spool, spool_folder)

BOOST_AUTO_TEST_CASE(a_chain_goes_on_after_a_restart) {
  auto one = open();
  const std::string chain = one->chain();
  write(*one, 3);
  one.reset();
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
  one->shipped_through(150);
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
  one->shipped_through(written);
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

BOOST_AUTO_TEST_CASE(F_a_folder_belongs_to_one_spool) {
  auto one = open(small_segment);
  BOOST_CHECK_EXCEPTION(open(small_segment), start_error, [](const start_error& why) {
    return why.code() == exit_code::temporary &&
           std::string(why.what()).find("owns the audit spool") != std::string::npos;
  });
  std::filesystem::remove(folder() + "/lock");
  write(*one, 1);
  one->prepare();  // it takes the folder again
  BOOST_CHECK_THROW(open(small_segment), start_error);
  write(*one, 1);
  one.reset();
  BOOST_TEST(open(small_segment)->end().sequence == 2u);
}

BOOST_AUTO_TEST_CASE(what_the_store_has_is_kept_while_there_is_room) {
  kept_for = std::chrono::hours(1);
  auto one = open(small_segment, 4 * small_segment);
  while (one->segment_paths().size() < 3) write(*one, 1);
  const auto kept = one->segment_paths();
  one->shipped_through(one->end().sequence);
  BOOST_TEST(one->segment_paths() == kept);
  BOOST_TEST(one->backlog() == small_segment);  // the one that is written
  while (one->segment_paths().back() <= kept.back()) write(*one, 1);
  BOOST_TEST(one->segment_paths().size() == 4u);
  while (std::filesystem::exists(kept.front())) write(*one, 1);  // no record is refused for it
  BOOST_TEST(one->segment_paths().size() == 4u);
  BOOST_TEST(one->read_after(audit::first_sequence_of(kept[1]) - 1, 1 << 20).has_value());
}

BOOST_AUTO_TEST_CASE(what_the_store_lost_again_is_not_dropped) {
  kept_for = std::chrono::hours(1);
  auto one = open(small_segment, 3 * small_segment);
  while (one->segment_paths().size() < 3) write(*one, 1);
  const auto kept = one->segment_paths();
  one->shipped_through(one->end().sequence);
  one->shipped_through(0);
  while (one->append(entry("x"))) one->commit();
  BOOST_TEST(one->segment_paths() == kept);
}

BOOST_AUTO_TEST_CASE(a_gap_is_where_no_file_has_the_records_any_more) {
  auto one = open(small_segment);
  while (one->segment_paths().size() < 3) write(*one, 1);
  const auto paths = one->segment_paths();
  BOOST_TEST(!one->gap_after(0).has_value());
  one->shipped_through(audit::first_sequence_of(paths[1]) - 1);
  BOOST_TEST(!std::filesystem::exists(paths[0]));
  const auto gap = one->gap_after(0);
  BOOST_TEST_REQUIRE(gap.has_value());
  BOOST_TEST(gap->sequence == audit::first_sequence_of(paths[1]) - 1);
  const auto header = audit::read_segment_header(audit::segment::open(paths[1], true)->bytes());
  BOOST_TEST((gap->seal == header->previous));
  std::filesystem::remove(paths[1]);
  BOOST_TEST(one->gap_after(0)->sequence == audit::first_sequence_of(paths[2]) - 1);
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_a_gap_and_kept_as_evidence) {
  auto one = open(small_segment);
  while (one->segment_paths().size() < 3) write(*one, 1);
  const auto paths = one->segment_paths();
  const auto file = audit::segment::open(paths[1], false);
  std::fill(file->bytes().begin() + audit::segment_header_size, file->bytes().end(), std::byte{0});
  const std::uint64_t last = audit::first_sequence_of(paths[1]) - 1;
  BOOST_TEST(!one->read_after(last, 1 << 20).has_value());
  BOOST_TEST(one->gap_after(last)->sequence == audit::first_sequence_of(paths[2]) - 1);
  BOOST_TEST(one->damaged_paths().size() == 1u);
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
