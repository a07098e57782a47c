// Reads, and what they leave in the cache.
#include "log/log.hpp"
#include "service/integrations.hpp"

namespace coffer::service {
namespace {

// Random nonces are safe far below 2^32 writes under one key (SP 800-38D): warn with a wide margin.
constexpr std::uint64_t writes_warning = std::uint64_t{1} << 28;

}  // namespace

result<store::integration> integrations::show(std::string_view company,
                                              std::string_view integration) {
  return store_.integrations().show(std::string(company), std::string(integration));
}

result<std::vector<store::integration>> integrations::list(std::string_view company,
                                                           std::string_view after,
                                                           std::size_t limit) {
  return store_.integrations().list(std::string(company), std::string(after), limit);
}

result<fetched> integrations::fetch(std::string_view company, std::string_view integration,
                                    std::uint64_t epoch, const vault::plaintext_place& place) {
  const vault::associated_data where(address_of(company, integration));
  const std::uint64_t generation = vault_.cache().generation();
  store::integration_store& rows = store_.integrations();
  const std::string owner(company), id(integration);
  const auto found = epoch == vault::current_epoch ? rows.find(owner, id)
                                                   : rows.find_at(owner, id, epoch, now_ms());
  if (!found) return found.error();
  const vault::entry_facts facts{.version = found->version,
                                 .expires_at = found->expires_at.value_or(0),
                                 .visible = found->visible,
                                 .fell_forward = found->fell_forward,
                                 .as_of = found->as_of};
  const auto opened = vault_.open_sealed(where, facts.version, found->sealed, place);
  if (!opened) return opened.error();
  vault_.cache().insert(where, facts, found->sealed, generation);
  return describe(facts);
}

void integrations::flush_counters() {
  const std::uint64_t writes = vault_.take_writes();
  if (writes == 0) return;
  const auto sum = store_.keys().count_writes(vault_.current_key(), writes);
  if (sum && *sum > writes_warning)
    log::warning("key_written_often",
                 {{"key", crypto::to_hex(vault_.current_key())},
                  {"writes", *sum},
                  {"action", "rotate the master key well before 2^32 writes"}});
}

fetched integrations::describe(const vault::entry_facts& facts) noexcept {
  fetched out{.version = facts.version,
              .freshness = freshness::fresh,
              .expires_at = std::nullopt,
              .fell_forward = facts.fell_forward};
  if (!facts.current() && !facts.fell_forward) out.freshness = freshness::pinned;
  if (facts.expires_at != 0) out.expires_at = facts.expires_at;
  return out;
}

}  // namespace coffer::service
