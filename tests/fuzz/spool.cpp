// A spool's folder as anybody may have left it: the daemon starts in it, goes on, and loses nothing
// that was sealed. What it then calls intact is what was sealed, as far as it goes.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "audit/trail.hpp"
#include "log/log.hpp"
#include "secret/arena.hpp"
#include "tests/fuzz/expect.hpp"
#include "tests/fuzz/sealed_chain.hpp"
#include "tests/memory_store/memory_store.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffer;
using tests::chain_bytes;
using tests::choices;
using tests::expect;

namespace {

constexpr std::size_t segment_size = 4096;

class spool_folder {
 public:
  void put(std::uint64_t first, const chain_bytes& bytes) {
    std::string name = std::to_string(first);
    name.insert(0, 20 - name.size(), '0');
    std::filesystem::create_directories(folder());
    std::ofstream(folder() + "/" + name + ".spool", std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

  std::unique_ptr<audit::spool> open() {
    return std::make_unique<audit::spool>(
        audit::spool_options{folder(), segment_size, 64 * segment_size}, tests::sealed_chain::key(),
        [this](const std::string& chain) { return audit::end_in(store_.audit(), chain); });
  }

  // Also moves to the store what can be moved.
  bool verifies(audit::spool& one) {
    audit::trail trail(one, store_, secret::buffer(32));
    const auto chains = trail.verify();
    expect(chains.has_value());
    return std::ranges::all_of(*chains, &audit::verdict::intact);
  }

  chain_bytes stored(const std::string& chain) {
    chain_bytes all;
    for (std::uint64_t last = 0;;) {
      const auto chunk = store_.audit().after(chain, last);
      if (!chunk) return all;
      all.insert(all.end(), chunk->blocks.begin(), chunk->blocks.end());
      last = chunk->last;
    }
  }

 private:
  std::string folder() const { return home_.file("audit"); }

  tests::temporary_folder home_;
  store::memory_store store_;
};

// As a daemon does after it started; what it sealed is there for the next one.
void go_on(spool_folder& home, std::uint64_t records) {
  auto spool = home.open();
  const std::uint64_t before = spool->end().sequence;
  for (std::uint64_t i = 0; i < records; ++i) {
    expect(spool->append({.operation = 0x15, .rule = "owner", .company = "cmp_b"}));
    spool->commit();
  }
  expect(spool->end().sequence == before + records);
  const auto chunk = spool->read_after(before, segment_size);
  expect(chunk.has_value() && (chunk->last > before) == (records > 0));
  const std::string chain = spool->chain();
  const audit::chain_end end = spool->end();
  spool.reset();
  spool = home.open();
  expect(spool->end().sequence == end.sequence);
  expect(records == 0 || (spool->end().seal == end.seal && spool->chain() == chain));
}

bool same_between(const chain_bytes& file, const tests::sealed_file& sealed, std::size_t begin,
                  std::size_t end) {
  if (file.size() < end) return false;
  const auto part = [&](const chain_bytes& all) {
    return std::span(all).subspan(begin, end - begin);
  };
  return std::ranges::equal(part(file), part(sealed.bytes));
}

// Where blocks follow, a header's numbers only repeat what its neighbours and the name say.
constexpr std::size_t header_that_matters = audit::segment_header_size - 8 - crypto::mac_size;

// How many of a file's blocks are still there, from its first one. The size of one may be missing,
// which a daemon adds if it knows the seal before it.
std::size_t blocks_left(const chain_bytes& file, const tests::sealed_file& sealed) {
  if (!same_between(file, sealed, 0, header_that_matters)) return 0;
  bool linked = same_between(file, sealed, audit::segment_header_size - crypto::mac_size,
                             audit::segment_header_size);
  std::size_t left = 0;
  for (; left < sealed.blocks(); ++left, linked = true) {
    const std::size_t begin = sealed.ends[left];
    if (!same_between(file, sealed, begin + 4, sealed.ends[left + 1])) break;
    const auto size = std::span(file).subspan(begin, 4);
    if (!same_between(file, sealed, begin, begin + 4) && !(linked && audit::all_zero(size))) break;
  }
  return left;
}

// Whether a killed daemon may have left this behind the blocks: nothing, or a block without size
// and seal.
bool may_be_open(const chain_bytes& file, std::size_t end) {
  if (file.size() < end + audit::block_header_size) return false;
  const auto header = std::span(file).subspan(end, audit::block_header_size);
  return audit::all_zero(header.first(4)) && audit::all_zero(header.last(crypto::mac_size));
}

bool begins_with(std::span<const std::byte> all, std::span<const std::byte> with) {
  return all.size() >= with.size() && std::ranges::equal(all.first(with.size()), with);
}

// The last of two files is tampered with.
void start_in_tampered(choices& input, const tests::sealed_chain& sealed) {
  const std::uint64_t records = input.next() % 8;
  const tests::sealed_file& last = sealed.files[1];
  chain_bytes file = tests::tampering(input, last).apply();
  if (input.next() % 2 == 0) file.resize(std::max(file.size(), segment_size));
  const std::size_t left = blocks_left(file, last);
  spool_folder home;
  home.put(sealed.files[0].first, sealed.files[0].bytes);
  home.put(last.first, file);
  go_on(home, records);
  auto spool = home.open();
  expect(spool->end().sequence >= last.last_of[left] + records);
  const bool damaged = !spool->damaged_paths().empty();
  const bool intact = home.verifies(*spool);
  expect(!(damaged && intact));
  expect(intact || !begins_with(file, last.bytes) || file.size() < segment_size ||
         !audit::all_zero(std::span(file).subspan(last.bytes.size())));
  expect(!intact || may_be_open(file, last.ends[left]));
  if (!intact) return;
  expect(spool->end().sequence == last.last_of[left] + records);
  const chain_bytes all = home.stored(spool->chain());
  const auto first = sealed.files[0].body();
  expect(begins_with(all, first));
  expect(begins_with(std::span(all).subspan(first.size()),
                     last.body().first(last.ends[left] - last.ends[0])));
}

// The last file, or the only one, is anything.
void start_in_any(choices& input, const tests::sealed_chain& sealed) {
  const bool only = input.next() % 2 == 0;
  const auto bytes = std::as_bytes(input.rest());
  spool_folder home;
  if (!only) home.put(sealed.files[0].first, sealed.files[0].bytes);
  home.put(only ? 1 : sealed.files[1].first, {bytes.begin(), bytes.end()});
  go_on(home, 2);
  const auto spool = home.open();
  expect(spool->end().sequence >= (only ? 2 : sealed.files[0].last() + 2));
  home.verifies(*spool);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& arena = secret::open_process_arena({.allow_unlocked = true});
  static_cast<void>(arena);
  static const auto* const sealed = new tests::sealed_chain;
  log::set_level(log::level::error);
  if (size == 0) return 0;
  choices input({data + 1, size - 1});
  if (data[0] % 4 == 0)
    start_in_any(input, *sealed);
  else
    start_in_tampered(input, *sealed);
  return 0;
}
