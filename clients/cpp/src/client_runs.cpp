#include "fields.hpp"
#include "protocol/message/narrow.hpp"
#include "protocol/message/run_begin.hpp"
#include "protocol/message/run_end.hpp"
#include "protocol/message/run_list.hpp"
#include "protocol/message/ticket_issue.hpp"
#include "protocol/message/ticket_redeem.hpp"
#include "protocol/operations.hpp"

namespace coffer {
namespace {

using protocol::opcode;

run_info info_of(const protocol::run_record& one) {
  return {owned(one.run), owned(one.agent), one.epoch, one.began_at, one.ends_at};
}

}  // namespace

run_info client::run_begin(std::string_view company, std::string_view run, std::string_view agent,
                           std::optional<std::chrono::milliseconds> time_limit) {
  return info_of(connection_->ask<protocol::run_begin_reply>(
      opcode::run_begin,
      protocol::run_begin_request{{company}, {run}, {agent}, count_of(time_limit, "time_limit")}));
}

void client::run_end(std::string_view company, std::string_view run) {
  connection_->ask<protocol::run_end_reply>(opcode::run_end,
                                            protocol::run_end_request{{company}, {run}});
}

run_page client::run_list(std::string_view company, std::string_view after) {
  protocol::run_list_request request{.company = {company}, .after = {}, .limit = {}};
  if (!after.empty()) request.after = {{after}};
  const auto said = connection_->ask<protocol::run_list_reply>(opcode::run_list, request);
  run_page page;
  for (const auto& one : said.runs) page.entries.push_back(info_of(one));
  page.next = owned(said.next);
  return page;
}

// Both ways to become one have the same reply. Without an answer nobody knows what the connection
// may do by now, so it is not opened anew either.
template <class Request>
run_authority client::become_adapter(int code, const Request& request) {
  const wiped_after_use both(*connection_);
  try {
    const auto said = connection_->ask<protocol::narrow_reply>(static_cast<opcode>(code), request);
    connection_->stay_narrowed();
    return {owned(said.company), owned(said.agent), owned(said.run), said.ends_at};
  } catch (const error& failed) {
    if (failed.code() == 0) connection_->stay_narrowed();
    throw;
  }
}

run_authority client::narrow(std::string_view company, std::string_view run) {
  return become_adapter(static_cast<int>(opcode::narrow),
                        protocol::narrow_request{{company}, {run}});
}

run_authority client::ticket_redeem(std::string_view ticket) {
  return become_adapter(static_cast<int>(opcode::ticket_redeem),
                        protocol::ticket_redeem_request{bytes_of(ticket)});
}

secret client::ticket_issue(std::string_view company, std::string_view run,
                            const ticket_options& options) {
  const wiped_after_use both(*connection_);
  const auto said = connection_->ask<protocol::ticket_issue_reply>(
      opcode::ticket_issue,
      protocol::ticket_issue_request{
          {company}, {run}, options.uid, count_of(options.lifetime, "lifetime")});
  secret_details details;
  details.expires_at = said.expires_at;
  return secret(protocol::as_text(said.ticket.value), details);
}

int client::detach_fd() { return connection_->release(); }

}  // namespace coffer
