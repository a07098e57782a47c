#include "audit/spool.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "audit/chain_check.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffer;

namespace {

constexpr std::size_t small_segment = 4096;

crypto::mac_key test_key() { return crypto::mac_key(secret::buffer(32)); }

audit::record entry(const std::string& subject) {
  audit::record one;
  one.operation = 0x15;
  one.rule = "owner";
  one.company = "cmp_a";
  one.subject = subject;
  return one;
}

struct in_folder {
  tests::temporary_folder home;
  std::optional<audit::chain_end> in_store;

  std::string folder() const { return home.file("audit"); }
  std::unique_ptr<audit::spool> open(std::size_t segment_size = 1 << 16,
                                     std::size_t size_max = 1 << 30) {
    return std::make_unique<audit::spool>(audit::spool_options{folder(), segment_size, size_max},
                                          test_key(),
                                          [this](const std::string&) { return in_store; });
  }
  // As a killed daemon leaves it: nothing is sealed on the way out.
  void kill(std::unique_ptr<audit::spool> one) {
    std::filesystem::copy(folder(), home.file("killed"));
    one.reset();
    std::filesystem::remove_all(folder());
    std::filesystem::rename(home.file("killed"), folder());
  }
  // Fills `count` records, each sealed.
  static void write(audit::spool& one, int count) {
    for (int i = 0; i < count; ++i) {
      BOOST_TEST_REQUIRE(one.append(entry("s" + std::to_string(i))));
      one.commit();
    }
  }
  audit::verdict check(const audit::spool& one) const {
    auto key = test_key();
    const auto paths = one.segment_paths();
    audit::chain_id id{};
    std::vector<std::unique_ptr<audit::segment>> files;
    for (const auto& path : paths) files.push_back(audit::segment::open(path, true));
    if (const auto header = audit::read_segment_header(files.at(0)->bytes())) id = header->chain;
    audit::chain_check walk(key, id);
    for (std::size_t i = 0; i < files.size(); ++i)
      walk.take_segment(files[i]->bytes(), paths[i], i + 1 == files.size());
    walk.expect_end(one.end().sequence, "spool");
    return walk.found();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(P4_spool, in_folder)

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

BOOST_AUTO_TEST_CASE(a_file_damaged_in_the_middle_is_kept_as_evidence) {
  auto one = open(1 << 18);
  write(*one, 900);  // more than an unfinished block may be
  const std::string path = one->segment_paths().at(0);
  one.reset();
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(audit::segment_header_size);
    file.write("\0\0\0\0", 4);  // the size of the first block
  }
  one = open(1 << 18);
  BOOST_TEST(one->damaged_paths() == std::vector<std::string>{path + ".damaged"});
  write(*one, 1);
  BOOST_TEST(one->end().sequence == 1u);
  BOOST_TEST(std::filesystem::file_size(path + ".damaged") == std::size_t{1} << 18);
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
