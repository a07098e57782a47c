#include "coffer/client.hpp"

#include "fields.hpp"
#include "protocol/message/company_list.hpp"
#include "protocol/message/host_list.hpp"
#include "protocol/message/ping.hpp"
#include "protocol/message/status.hpp"
#include "protocol/message/whoami.hpp"

namespace coffer {

using protocol::opcode;

client::client(client_options options)
    : connection_(std::make_unique<connection>(std::move(options))) {}
client::~client() = default;
client::client(client&&) noexcept = default;
client& client::operator=(client&&) noexcept = default;

std::string client::socket() { return connection_->socket(); }

void client::require_trusted_server() { connection_->require_trusted_server(); }

void client::ping() {
  connection_->ask<protocol::ping_reply>(opcode::ping, protocol::ping_request{});
}

daemon_status client::status() {
  const auto said =
      connection_->ask<protocol::status_reply>(opcode::status, protocol::status_request{});
  return {owned(said.version), said.started_at,        owned(said.memory_mode),
          said.memory_total,   said.memory_used,       owned(said.key_source),
          owned(said.key_id),  owned(said.store),      said.connections,
          said.requests,       said.cache_entries,     said.cache_bytes,
          said.store_age,      said.clock_ahead,       said.clock_behind,
          said.audit_backlog,  said.audit_spool_bytes, owned(said.audit_state)};
}

identity_info client::whoami() {
  const auto said =
      connection_->ask<protocol::whoami_reply>(opcode::whoami, protocol::whoami_request{});
  identity_info found{said.uid,
                      owned(said.unit),
                      owned(said.company),
                      owned(said.agent),
                      owned(said.run),
                      said.ends_at,
                      {}};
  for (const auto& grant : said.grants)
    found.grants.push_back({owned(grant.rule), owned(grant.roles), owned(grant.rights),
                            owned(grant.companies), owned(grant.integrations),
                            owned(grant.agents)});
  return found;
}

company_page client::company_list(std::string_view after) {
  protocol::company_list_request request{.after = {}, .limit = {}};
  if (!after.empty()) request.after = {{after}};
  const auto said = connection_->ask<protocol::company_list_reply>(opcode::company_list, request);
  company_page page;
  for (const auto& record : said.companies) page.entries.push_back({owned(record.company)});
  page.next = owned(said.next);
  return page;
}

host_page client::host_list(std::string_view after) {
  protocol::host_list_request request{.after = {}, .limit = {}};
  if (!after.empty()) request.after = {{after}};
  const auto said = connection_->ask<protocol::host_list_reply>(opcode::host_list, request);
  host_page page;
  for (const auto& one : said.hosts)
    page.entries.push_back({owned(one.host), owned(one.name), owned(one.version), owned(one.keys),
                            one.started_at, one.seen_ago, one.lag, one.clock_ahead,
                            one.clock_behind});
  page.next = owned(said.next);
  return page;
}

}  // namespace coffer
