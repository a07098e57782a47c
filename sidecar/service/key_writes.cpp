#include "service/key_writes.hpp"

#include "log/log.hpp"

namespace coffer::service {
namespace {

// Random nonces are safe far below 2^32 writes under one key (SP 800-38D): warn with a wide margin.
constexpr std::uint64_t writes_warning = std::uint64_t{1} << 28;

}  // namespace

void flush_key_writes(vault::write_counts& counts, store::key_store& keys) {
  for (const auto& [key, writes] : counts.take()) {
    const auto sum = keys.count_writes(key, writes);
    // A key that the store does not know has no sum there.
    if (!sum && sum.error().code != errc::not_found) counts.add(key, writes);
    if (sum && *sum > writes_warning)
      log::warning("key_written_often",
                   {{"key", crypto::to_hex(key)},
                    {"writes", *sum},
                    {"action", "rotate the master key well before 2^32 writes"}});
  }
}

}  // namespace coffer::service
