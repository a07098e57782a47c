// Reads, and what they leave in the cache.
#include <algorithm>

#include "service/integrations.hpp"
#include "store/hurry.hpp"

namespace coffer::service {
// After a caller was told of a newer version, an older one is not served any more.
result<store::integration> integrations::show(std::string_view company,
                                              std::string_view integration) {
  const vault::associated_data where(address_of(company, integration));
  auto found = store_.integrations().show(std::string(company), std::string(integration));
  if (found)
    vault_.cache().erase_older(where, found->version);
  else
    learn_absent(where, found.error());
  return found;
}

result<std::vector<store::integration>> integrations::list(std::string_view company,
                                                           std::string_view after,
                                                           std::size_t limit) {
  auto found = store_.integrations().list(std::string(company), std::string(after), limit);
  if (!found) return found;
  for (const store::integration& one : *found)
    vault_.cache().erase_older(vault::associated_data(address_of(company, one.id)), one.version);
  return found;
}

result<std::vector<std::string>> integrations::companies(std::string_view after,
                                                         std::size_t limit) {
  return store_.integrations().companies(std::string(after), limit);
}

result<fetched> integrations::fetch(std::string_view company, std::string_view integration,
                                    std::uint64_t epoch, const vault::plaintext_place& place) {
  const vault::associated_data where(address_of(company, integration));
  const auto flight = vault_.flights().enter(where.address());
  if (auto cached =
          fetch_cached(company, integration, epoch, contact_.clock().now().earliest, place))
    return *cached;
  std::optional<store::hurry> hurried;
  if (contact_.silent() && has_stale(where, epoch)) hurried.emplace(store_contact::patience);
  auto found = read(where, std::string(company), std::string(integration), epoch, place);
  if (found || found.error().code != errc::store_unavailable) return found;
  if (auto stale = from_stale(where, epoch, contact_.clock().now().earliest, place)) return *stale;
  return contact_.shared() ? too_old() : found.error();
}

bool integrations::has_stale(const vault::associated_data& where, std::uint64_t epoch) {
  const auto how = contact_.within(contact_.bounds().credentials);
  const auto there = [](const vault::entry_view&) { return true; };
  return how &&
         vault_.cache().with(where.address(), epoch, contact_.clock().now().earliest, *how, there);
}

// It was asked later than whatever is cached was read, so its answer is fresh.
result<fetched> integrations::read(const vault::associated_data& where, const std::string& company,
                                   const std::string& integration, std::uint64_t epoch,
                                   const vault::plaintext_place& place) {
  const auto before = vault_.cache().published(where);
  store::integration_store& rows = store_.integrations();
  const auto found = epoch == vault::current_epoch ? rows.find(company, integration)
                                                   : rows.find_at(company, integration, epoch,
                                                                  contact_.clock().now().earliest);
  contact_.asked(found || found.error().code != errc::store_unavailable);
  if (!found) {
    if (epoch == vault::current_epoch)
      learn_absent(where, found.error());
    else if (found.error().code == errc::not_found)
      vault_.cache().erase_doubted(where);  // perhaps only this run does not see it
    return found.error();
  }
  const vault::entry_facts facts{.version = found->version,
                                 .expires_at = found->expires_at.value_or(0),
                                 .visible = found->visible,
                                 .fell_forward = found->fell_forward,
                                 .as_of = found->as_of};
  const auto opened = vault_.open_sealed(where, facts.version, found->sealed, place);
  if (!opened) return opened.error();
  vault_.cache().insert(where, facts, found->sealed, before);
  return describe(facts, std::nullopt);
}

// The store says that it is not there: a doubted value must not come back in the next outage.
void integrations::learn_absent(const vault::associated_data& where, const failure& why) {
  if (why.code == errc::not_found) vault_.cache().erase(where);
}

failure integrations::too_old() const {
  return failure(
      errc::store_unavailable,
      "the database is away, and what is cached here is missing or older than max_stale (" +
          std::to_string(contact_.bounds().credentials / 1000) + " s); retry when it is back");
}

fetched integrations::describe(const vault::entry_facts& facts,
                               std::optional<std::uint64_t> stale_age) noexcept {
  fetched out{.version = facts.version,
              .freshness = stale_age ? freshness::stale : freshness::fresh,
              .age = stale_age,
              .expires_at = std::nullopt,
              .fell_forward = facts.fell_forward};
  if (facts.pinned()) out.freshness = freshness::pinned;
  if (facts.expires_at != 0) out.expires_at = facts.expires_at;
  return out;
}

}  // namespace coffer::service
