// Writes: each seals inside the store's transaction and is published to the cache once durable.
#include "crypto/random.hpp"
#include "service/integrations.hpp"
#include "service/outcome.hpp"
#include "service/provider_prefix.hpp"

namespace coffer::service {
namespace {

std::optional<std::string> owned(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

store::expectation present_as(std::optional<std::uint64_t> version) {
  if (!version) return {.what = store::expectation::kind::present};
  return {.what = store::expectation::kind::version, .version = *version};
}

}  // namespace

result<store::integration> integrations::set(const new_integration& request) {
  using kind = store::expectation::kind;
  store::integration_change change;
  change.company = request.company;
  change.integration = request.integration;
  change.expected.what = request.replace ? kind::either : kind::absent;
  change.provider = request.provider.value_or(recognise_provider(request.value));
  change.label = owned(request.label);
  change.scopes = owned(request.scopes);
  change.expires_at = request.expires_at;
  return write(change, request.value);
}

result<store::integration> integrations::rotate(const new_value& request) {
  store::integration_change change;
  change.company = request.company;
  change.integration = request.integration;
  change.expected = present_as(request.if_version);
  change.expires_at = request.expires_at;
  change.cut = request.cut;
  return write(change, request.value);
}

result<void> integrations::remove(std::string_view company, std::string_view integration,
                                  std::optional<std::uint64_t> if_version) {
  auto removed = store_.integrations().remove(std::string(company), std::string(integration),
                                              present_as(if_version));
  if (removed || may_be_done(removed.error()))
    vault_.cache().erase(vault::associated_data(address_of(company, integration)));
  return removed;
}

result<store::integration> integrations::write(const store::integration_change& wanted,
                                               std::span<const std::byte> value) {
  const vault::associated_data where(address_of(wanted.company, wanted.integration));
  store::integration_change change = wanted;
  change.now = now_ms();
  change.row_id = crypto::random_uuid();
  auto written = store_.integrations().write(
      change, [&](std::uint64_t version) { return vault_.seal(where, version, value); });
  if (written && !change.cut)
    vault_.cache().erase_before(where, written->version);
  else if (written || may_be_done(written.error()))
    vault_.cache().erase(where);
  return written;
}

}  // namespace coffer::service
