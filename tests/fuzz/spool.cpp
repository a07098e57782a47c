// The parsers of the audit trail: a segment file and pieces of a chain, with the seals off and on.
#include <cstdlib>
#include <vector>

#include "audit/chain_check.hpp"
#include "secret/arena.hpp"

using namespace coffer;

namespace {

void expect(bool truth) {
  if (!truth) std::abort();
}

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& arena = secret::open_process_arena({.allow_unlocked = true});
  static_cast<void>(arena);
  static auto* const key = new crypto::mac_key(secret::buffer(32));
  const std::vector<std::byte> input(reinterpret_cast<const std::byte*>(data),
                                     reinterpret_cast<const std::byte*>(data) + size);
  read_all(input);
  if (size > audit::segment_header_size)
    read_all(std::span(input).subspan(audit::segment_header_size));
  audit::chain_check walk(*key, {});
  walk.take(input, "store");
  audit::chain_check file(*key, {});
  file.take_segment(input, "file", (size & 1) != 0);
  // A change of any kind but none is found: nobody forges a seal.
  expect(walk.found().records == 0 && file.found().records == 0);
  return 0;
}
