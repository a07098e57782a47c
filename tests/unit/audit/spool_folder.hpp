// Spools in a folder of their own, as daemons that stopped or were killed leave them.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/chain_check.hpp"
#include "audit/spool.hpp"
#include "tests/temporary_folder.hpp"

namespace coffer::tests {

using bytes = std::vector<char>;

inline constexpr std::size_t small_segment = 4096;

inline crypto::mac_key test_key() { return crypto::mac_key(secret::buffer(32)); }

inline audit::record entry(const std::string& subject) {
  audit::record one;
  one.operation = 0x15;
  one.rule = "owner";
  one.company = "cmp_a";
  one.subject = subject;
  return one;
}

/// A folder in which spools are opened, one after the other.
struct spool_folder {
  temporary_folder home;
  std::optional<audit::chain_end> in_store;
  std::chrono::milliseconds kept_for{0};

  std::string folder() const { return home.file("audit"); }
  std::unique_ptr<audit::spool> open(std::size_t segment_size = 1 << 16,
                                     std::size_t size_max = 1 << 30) {
    return std::make_unique<audit::spool>(
        audit::spool_options{folder(), segment_size, size_max, kept_for}, test_key(),
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
    for (const auto& path : one.damaged_paths())
      walk.report(audit::segment::open(path, true)->bytes(), path, audit::first_sequence_of(path));
    walk.expect_end(one.end().sequence, "spool");
    return walk.found();
  }

  // The file of a spool with `count` blocks of a record each.
  struct stopped {
    bytes file;
    std::vector<std::size_t> blocks;  // where they begin
    std::size_t sealed = 0;           // where the last one ends
  };
  stopped stopped_with(int count) {
    auto one = open(small_segment);
    write(*one, count);
    const std::string path = one->segment_paths().at(0);
    one.reset();
    stopped out{read(path), {}, audit::segment_header_size};
    std::span<const std::byte> rest = std::as_bytes(std::span(out.file)).subspan(out.sealed);
    while (audit::read_block(rest)) {
      out.blocks.push_back(out.sealed);
      out.sealed = out.file.size() - rest.size();
    }
    return out;
  }
  static bytes read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const bytes& file, bool anew = true) const {
    if (anew) std::filesystem::remove_all(folder());
    std::filesystem::create_directory(folder());
    std::ofstream(folder() + "/00000000000000000001.spool", std::ios::binary)
        .write(file.data(), static_cast<std::streamsize>(file.size()));
  }
  // A daemon goes on in it, and is asked whether all is well.
  audit::verdict check_reopened() {
    const auto one = open(small_segment);
    write(*one, 1);
    return check(*one);
  }
};

}  // namespace coffer::tests
