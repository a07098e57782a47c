// The parsers of the audit chain, and its check: a chain that differs anywhere from one that was
// sealed is not called intact. The first byte says what the rest is.
#include <vector>

#include "audit/chain_check.hpp"
#include "secret/arena.hpp"
#include "tests/fuzz/expect.hpp"
#include "tests/fuzz/sealed_chain.hpp"

using namespace coffer;
using tests::chain_bytes;
using tests::choices;
using tests::expect;

namespace {

// What was read stays within what was given.
void read_all(std::span<const std::byte> input) {
  auto rest = input;
  while (const auto one = audit::read_block(rest)) {
    expect(one->records.data() >= input.data());
    expect(one->records.data() + one->records.size() <= input.data() + input.size());
    audit::read_records(*one, [](const audit::record& entry) {
      expect(entry.rule.size() + entry.run.size() <= 2 * audit::text_size_max);
      return true;
    });
  }
}

// Nobody forges a seal: no record of these bytes is taken for one.
void check_any(std::span<const std::byte> input, crypto::mac_key& key) {
  read_all(input);
  if (input.size() > audit::segment_header_size)
    read_all(input.subspan(audit::segment_header_size));
  audit::chain_check walk(key, {});
  walk.take(input, "store");
  audit::chain_check file(key, {});
  file.take_segment(input, "file", (input.size() & 1) != 0);
  expect(walk.found().records == 0 && file.found().records == 0);
  expect(walk.found().intact == input.empty() && (walk.found().where.empty() == input.empty()));
}

// As the store keeps it, in two pieces that say which records they have.
void check_stored(choices& input, const tests::sealed_file& sealed, crypto::mac_key& key) {
  chain_bytes all = tests::tampering(input, sealed).apply();
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(
                                           std::min(all.size(), audit::segment_header_size)));
  const std::size_t cut = sealed.ends[input.next() % sealed.ends.size()] - sealed.ends[0];
  const std::uint64_t between = input.next() % (sealed.last() + 1);
  const auto first = std::span<const std::byte>(all).first(std::min(cut, all.size()));
  audit::chain_check walk(key, tests::sealed_chain::id);
  if (!first.empty()) walk.take_labelled(first, 1, between, "store");
  walk.take_labelled(std::span<const std::byte>(all).subspan(first.size()), between + 1,
                     sealed.last(), "store");
  walk.expect_end(sealed.last(), "store");
  if (walk.found().intact) expect(std::ranges::equal(all, sealed.body()));
  if (walk.found().intact) expect(walk.found().records == sealed.last());
}

// The same, but for what may stand behind the last block: zeros, or anything in a file that grows.
bool same(const chain_bytes& file, const tests::sealed_file& sealed, bool grows) {
  const std::size_t size = sealed.bytes.size();
  if (file.size() < size || !std::equal(sealed.bytes.begin(), sealed.bytes.end(), file.begin()))
    return false;
  return grows || audit::all_zero(std::span(file).subspan(size));
}

void check_files(choices& input, const tests::sealed_chain& sealed, crypto::mac_key& key) {
  const std::size_t which = input.next() % 2;
  const bool grows = input.next() % 2 != 0;
  std::array<chain_bytes, 2> files{sealed.files[0].bytes, sealed.files[1].bytes};
  files[which] = tests::tampering(input, sealed.files[which]).apply();
  audit::chain_check walk(key, tests::sealed_chain::id);
  walk.take_segment(files[0], "first", false);
  walk.take_segment(files[1], "second", grows);
  walk.expect_end(sealed.last(), "spool");
  const bool first_same = same(files[0], sealed.files[0], false);
  const bool intact = walk.found().intact;
  expect(!intact || (first_same && same(files[1], sealed.files[1], grows)));
  expect(intact || !first_same || !same(files[1], sealed.files[1], false));
  expect(walk.found().where.empty() == intact);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& arena = secret::open_process_arena({.allow_unlocked = true});
  static_cast<void>(arena);
  static auto* const key = new crypto::mac_key(tests::sealed_chain::key());
  static const auto* const sealed = new tests::sealed_chain;
  if (size == 0) return 0;
  choices input({data + 1, size - 1});
  if (data[0] % 4 == 0) check_any(std::as_bytes(input.rest()), *key);
  if (data[0] % 4 == 1) check_stored(input, sealed->files[0], *key);
  if (data[0] % 4 > 1) check_files(input, *sealed, *key);
  return 0;
}
