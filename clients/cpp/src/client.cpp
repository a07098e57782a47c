#include "coffer/client.hpp"

#include <unistd.h>

#include <cstdlib>

#include "connection.hpp"
#include "protocol/messages.hpp"

namespace coffer {
namespace {

using protocol::opcode;

std::string owned(const auto& field) { return std::string(field.value); }

integration_info info_of(const protocol::integration_record& one) {
  integration_info out{owned(one.integration), owned(one.provider), owned(one.label),
                       owned(one.status),      owned(one.scopes),   one.version,
                       one.created_at,         one.rotated_at,      one.last_used_at,
                       one.expires_at,         std::nullopt};
  if (one.last_error) out.last_error = owned(*one.last_error);
  return out;
}

template <class Field>
std::optional<Field> field_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return Field{*text};
}

protocol::secret_bytes bytes_of(std::string_view value) {
  return {std::as_bytes(std::span(value))};
}

}  // namespace

// However a call ends, its request and its reply are overwritten: either may hold a value.
class client::wiped_after_use {
 public:
  explicit wiped_after_use(connection& used) : used_(used) {}
  ~wiped_after_use() { used_.forget(); }
  wiped_after_use(const wiped_after_use&) = delete;
  wiped_after_use& operator=(const wiped_after_use&) = delete;

 private:
  connection& used_;
};

std::string default_socket() {
  const char* named = std::getenv("COFFER_SOCKET");
  if (named && *named) return named;
  const char* platform = std::getenv("COMPANY_AGENTS_HOME");
  const char* user = std::getenv("HOME");
  const std::string home = platform && *platform ? platform
                           : user && *user       ? std::string(user) + "/.company-agents"
                                                 : std::string();
  const std::string path = home + "/instances/default/coffer.sock";
  return !home.empty() && access(path.c_str(), F_OK) == 0 ? path : "/run/coffer/coffer.sock";
}

client::client(client_options options)
    : connection_(std::make_unique<connection>(std::move(options))) {}
client::~client() = default;
client::client(client&&) noexcept = default;
client& client::operator=(client&&) noexcept = default;

void client::ping() {
  connection_->ask<protocol::ping_reply>(opcode::ping, protocol::ping_request{}, true);
}

daemon_status client::status() {
  const auto said =
      connection_->ask<protocol::status_reply>(opcode::status, protocol::status_request{}, true);
  return {owned(said.version), said.started_at,        owned(said.memory_mode), said.memory_total,
          said.memory_used,    owned(said.key_source), owned(said.key_id),      owned(said.store),
          said.connections,    said.requests,          said.cache_entries,      said.cache_bytes};
}

secret client::fetch(std::string_view company, std::string_view integration) {
  const wiped_after_use both(*connection_);
  const auto said = connection_->ask<protocol::integration_fetch_reply>(
      opcode::integration_fetch, protocol::integration_fetch_request{{company}, {integration}},
      true);
  return secret(protocol::as_text(said.value.value),
                {.version = said.version,
                 .freshness = static_cast<value_freshness>(said.freshness),
                 .age = said.age,
                 .expires_at = said.expires_at});
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
  return info_of(
      connection_->ask<protocol::integration_reply>(opcode::integration_set, request, false));
}

integration_info client::rotate(std::string_view company, std::string_view integration,
                                std::string_view value, const rotate_options& options) {
  const wiped_after_use both(*connection_);
  const protocol::integration_rotate_request request{.company = {company},
                                                     .integration = {integration},
                                                     .value = bytes_of(value),
                                                     .expires_at = options.expires_at,
                                                     .if_version = options.if_version};
  return info_of(
      connection_->ask<protocol::integration_reply>(opcode::integration_rotate, request, false));
}

integration_info client::show(std::string_view company, std::string_view integration) {
  return info_of(connection_->ask<protocol::integration_reply>(
      opcode::integration_show, protocol::integration_show_request{{company}, {integration}},
      true));
}

integration_page client::list(std::string_view company, std::string_view after) {
  protocol::integration_list_request request{.company = {company}, .after = {}, .limit = {}};
  if (!after.empty()) request.after = {{after}};
  const auto said =
      connection_->ask<protocol::integration_list_reply>(opcode::integration_list, request, true);
  integration_page page;
  for (const auto& one : said.integrations) page.integrations.push_back(info_of(one));
  page.more = said.more;
  return page;
}

void client::remove(std::string_view company, std::string_view integration,
                    std::optional<std::uint64_t> if_version) {
  connection_->ask<protocol::integration_delete_reply>(
      opcode::integration_delete,
      protocol::integration_delete_request{{company}, {integration}, if_version}, false);
}

}  // namespace coffer
