#include "fields.hpp"
#include "protocol/message/token_fetch.hpp"
#include "protocol/message/token_issue.hpp"
#include "protocol/message/token_list.hpp"
#include "protocol/message/token_revoke.hpp"
#include "protocol/message/token_rotate.hpp"
#include "protocol/message/token_validate.hpp"
#include "protocol/operations.hpp"

namespace coffer {
namespace {

using protocol::opcode;

token_info info_of(const protocol::token_record& one) {
  return {owned(one.kid), owned(one.agent), owned(one.scopes), one.version,
          one.issued_at,  one.expires_at,   one.revoked_at,    one.last_used_at};
}

}  // namespace

token_info client::token_issue(std::string_view company, std::string_view agent,
                               std::string_view scopes, std::optional<std::uint64_t> expires_at) {
  return info_of(connection_->ask<protocol::token_issue_reply>(
      opcode::token_issue,
      protocol::token_issue_request{{company}, {agent}, {scopes}, expires_at}));
}

secret client::token_fetch(std::string_view company, std::string_view agent) {
  const wiped_after_use both(*connection_);
  const auto said = connection_->ask<protocol::token_fetch_reply>(
      opcode::token_fetch, protocol::token_fetch_request{{company}, {agent}});
  secret_details details;
  details.version = said.version;
  details.freshness = static_cast<value_freshness>(said.freshness);
  details.age = said.age;
  details.expires_at = said.expires_at;
  return secret(protocol::as_text(said.value.value), details);
}

token_info client::token_rotate(std::string_view company, std::string_view agent,
                                const token_options& options) {
  const protocol::token_rotate_request request{
      .company = {company},
      .agent = {agent},
      .overlap = count_of(options.overlap, "overlap"),
      .expires_at = options.expires_at,
      .scopes = field_of<protocol::text<protocol::scopes_size_max>>(options.scopes)};
  return info_of(connection_->ask<protocol::token_rotate_reply>(opcode::token_rotate, request));
}

std::uint64_t client::token_revoke(std::string_view company, std::string_view agent,
                                   std::optional<std::string_view> kid) {
  return connection_
      ->ask<protocol::token_revoke_reply>(
          opcode::token_revoke,
          protocol::token_revoke_request{{company}, {agent}, field_of<protocol::identifier>(kid)})
      .revoked;
}

token_page client::token_list(std::string_view company, std::optional<std::string_view> agent,
                              std::string_view after) {
  protocol::token_list_request request{.company = {company},
                                       .agent = field_of<protocol::identifier>(agent),
                                       .after = {},
                                       .limit = {}};
  if (!after.empty()) request.after = {{after}};
  const auto said = connection_->ask<protocol::token_list_reply>(opcode::token_list, request);
  token_page page;
  for (const auto& one : said.tokens) page.entries.push_back(info_of(one));
  page.next = owned(said.next);
  return page;
}

token_grant client::token_validate(std::string_view token, std::string_view company,
                                   std::string_view agent, std::optional<std::string_view> scope) {
  const wiped_after_use both(*connection_);
  const auto said = connection_->ask<protocol::token_validate_reply>(
      opcode::token_validate,
      protocol::token_validate_request{
          bytes_of(token), {company}, {agent}, field_of<protocol::text<256>>(scope)});
  return {owned(said.kid), owned(said.scopes), said.expires_at,
          said.freshness == protocol::freshness::stale, said.age};
}

}  // namespace coffer
