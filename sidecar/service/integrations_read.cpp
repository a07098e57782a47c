// Reads, and what they leave behind: the cache and last_used_at.
#include <time.h>

#include <algorithm>

#include "log/log.hpp"
#include "service/integrations.hpp"

namespace coffer::service {
namespace {

// Random nonces are safe far below 2^32 writes under one key (SP 800-38D): warn with a wide margin.
constexpr std::uint64_t writes_warning = std::uint64_t{1} << 28;

}  // namespace

result<store::integration> integrations::show(std::string_view company,
                                              std::string_view integration) {
  auto found = store_.integrations().show(std::string(company), std::string(integration));
  if (found) add_last_use(*found);
  return found;
}

result<std::vector<store::integration>> integrations::list(std::string_view company,
                                                           std::string_view after,
                                                           std::size_t limit) {
  auto found = store_.integrations().list(std::string(company), std::string(after), limit);
  if (found)
    for (store::integration& one : *found) add_last_use(one);
  return found;
}

result<fetched> integrations::fetch(std::string_view company, std::string_view integration,
                                    const vault::plaintext_place& place) {
  const vault::associated_data where(address_of(company, integration));
  const std::uint64_t generation = vault_.cache().generation();
  const auto found = store_.integrations().find(std::string(company), std::string(integration));
  if (!found) return found.error();
  const vault::entry_facts facts{.version = found->meta.version,
                                 .expires_at = found->meta.expires_at.value_or(0)};
  const auto opened = vault_.open_sealed(where, facts.version, found->sealed, place);
  if (!opened) return opened.error();
  vault_.cache().insert(where, facts, found->sealed, generation, now());
  return describe(facts);
}

void integrations::flush_counters() {
  const auto uses = vault_.cache().take_uses();
  if (!uses.empty() && !store_.integrations().touch(uses))
    log::warning("last_used_at_lost", {{"uses", uses.size()}});
  const std::uint64_t writes = vault_.take_writes();
  if (writes == 0) return;
  const auto sum = store_.keys().count_writes(vault_.current_key(), writes);
  if (sum && *sum > writes_warning)
    log::warning("key_written_often",
                 {{"key", crypto::to_hex(vault_.current_key())},
                  {"writes", *sum},
                  {"action", "rotate the master key well before 2^32 writes"}});
}

std::uint64_t integrations::now() noexcept {
  timespec at{};
  clock_gettime(CLOCK_REALTIME_COARSE, &at);  // ticks of a few ms are exact enough, and cheap
  return static_cast<std::uint64_t>(at.tv_sec) * 1000 +
         static_cast<std::uint64_t>(at.tv_nsec) / 1000000;
}

fetched integrations::describe(const vault::entry_facts& facts) noexcept {
  fetched out{.version = facts.version, .freshness = freshness::fresh, .expires_at = std::nullopt};
  if (facts.expires_at != 0) out.expires_at = facts.expires_at;
  return out;
}

// The store learns of uses in batches; the cache knows the latest.
void integrations::add_last_use(store::integration& one) const {
  const auto used =
      vault_.cache().last_used(vault::associated_data(address_of(one.company, one.id)));
  if (used) one.last_used_at = std::max(one.last_used_at.value_or(0), *used);
}

}  // namespace coffer::service
