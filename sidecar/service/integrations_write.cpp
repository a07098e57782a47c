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

vault::entry_facts facts_of(const store::integration& written) {
  return {.version = written.version,
          .expires_at = written.expires_at.value_or(0),
          .visible = {written.version},
          .fell_forward = false,
          .as_of = written.version};
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
  const vault::associated_data where(address_of(company, integration));
  auto removed = store_.integrations().remove(std::string(company), std::string(integration),
                                              present_as(if_version));
  if (removed || may_be_done(removed.error()))
    vault_.cache().erase(where);
  else
    learn_absent(where, removed.error());
  return removed;
}

// Of a change whose outcome is not known the store is asked; what is cached is told meanwhile only
// if it may still be true. After a cut it may not.
result<store::integration> integrations::write(const store::integration_change& wanted,
                                               std::span<const std::byte> value) {
  const vault::associated_data where(address_of(wanted.company, wanted.integration));
  store::integration_change change = wanted;
  change.now = contact_.clock().now().earliest;  // runs that may still live keep their values
  change.row_id = crypto::random_uuid();
  store::sealed_value sealed;
  const auto before = vault_.cache().published(where);
  auto written = store_.integrations().write(change, [&](std::uint64_t version) {
    sealed = vault_.seal(where, version, value);
    return sealed;
  });
  if (written)
    vault_.cache().replace(where, facts_of(*written), sealed, change.cut, before,
                           contact_.agreed_at());
  else if (!may_be_done(written.error()))
    learn_absent(where, written.error());
  else if (change.cut)
    vault_.cache().erase(where);
  else
    vault_.cache().doubt(where, contact_.agreed_at());
  return written;
}

}  // namespace coffer::service
