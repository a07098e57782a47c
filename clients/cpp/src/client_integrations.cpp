#include "fields.hpp"
#include "protocol/message/integration.hpp"
#include "protocol/message/integration_delete.hpp"
#include "protocol/message/integration_fetch.hpp"
#include "protocol/message/integration_list.hpp"
#include "protocol/message/integration_rotate.hpp"
#include "protocol/message/integration_set.hpp"
#include "protocol/message/integration_show.hpp"
#include "protocol/operations.hpp"

namespace coffer {
namespace {

using protocol::opcode;

integration_info info_of(const protocol::integration_record& one) {
  return {owned(one.integration), owned(one.provider), owned(one.label),     owned(one.status),
          owned(one.scopes),      one.version,         one.created_at,       one.rotated_at,
          one.last_used_at,       one.expires_at,      owned(one.last_error)};
}

}  // namespace

secret client::fetch(std::string_view company, std::string_view integration,
                     std::optional<std::string_view> run) {
  const wiped_after_use both(*connection_);
  const auto said = connection_->ask<protocol::integration_fetch_reply>(
      opcode::integration_fetch,
      protocol::integration_fetch_request{
          {company}, {integration}, field_of<protocol::identifier>(run)});
  return secret(protocol::as_text(said.value.value),
                {.version = said.version,
                 .freshness = static_cast<value_freshness>(said.freshness),
                 .age = said.age,
                 .expires_at = said.expires_at,
                 .fell_forward = said.fell_forward.value_or(false)});
}

integration_info client::set(std::string_view company, std::string_view integration,
                             std::string_view value, const set_options& options) {
  const wiped_after_use both(*connection_);
  const protocol::integration_set_request request{
      .company = {company},
      .integration = {integration},
      .value = bytes_of(value),
      .provider = field_of<protocol::identifier>(options.provider),
      .label = field_of<protocol::text<protocol::label_size_max>>(options.label),
      .scopes = field_of<protocol::text<protocol::scopes_size_max>>(options.scopes),
      .expires_at = options.expires_at,
      .replace = options.replace ? std::optional(true) : std::nullopt};
  return info_of(connection_->ask<protocol::integration_reply>(opcode::integration_set, request));
}

integration_info client::rotate(std::string_view company, std::string_view integration,
                                std::string_view value, const rotate_options& options) {
  const wiped_after_use both(*connection_);
  const protocol::integration_rotate_request request{
      .company = {company},
      .integration = {integration},
      .value = bytes_of(value),
      .expires_at = options.expires_at,
      .if_version = options.if_version,
      .cut = options.cut ? std::optional(true) : std::nullopt};
  return info_of(
      connection_->ask<protocol::integration_reply>(opcode::integration_rotate, request));
}

integration_info client::show(std::string_view company, std::string_view integration) {
  return info_of(connection_->ask<protocol::integration_reply>(
      opcode::integration_show, protocol::integration_show_request{{company}, {integration}}));
}

integration_page client::list(std::string_view company, std::string_view after) {
  protocol::integration_list_request request{.company = {company}, .after = {}, .limit = {}};
  if (!after.empty()) request.after = {{after}};
  const auto said =
      connection_->ask<protocol::integration_list_reply>(opcode::integration_list, request);
  integration_page page;
  for (const auto& one : said.integrations) page.entries.push_back(info_of(one));
  page.next = owned(said.next);
  return page;
}

void client::remove(std::string_view company, std::string_view integration,
                    std::optional<std::uint64_t> if_version) {
  connection_->ask<protocol::integration_delete_reply>(
      opcode::integration_delete,
      protocol::integration_delete_request{{company}, {integration}, if_version});
}

}  // namespace coffer
