#include "fields.hpp"
#include "protocol/message/audit_list.hpp"
#include "protocol/message/audit_verify.hpp"
#include "protocol/message/policy_explain.hpp"
#include "protocol/operations.hpp"

namespace coffer {
namespace {

using protocol::opcode;

audit_info info_of(const protocol::audit_record& one) {
  return {one.sequence,
          one.at,
          one.uid,
          one.pid,
          owned(one.operation),
          owned(one.outcome),
          owned(one.rule),
          owned(one.company),
          owned(one.subject),
          owned(one.agent),
          owned(one.run),
          one.version};
}

}  // namespace

audit_page client::audit_list(const audit_query& which) {
  const protocol::audit_list_request request{
      .company = field_of<protocol::identifier>(which.company),
      .after = which.after,
      .before = which.before,
      .limit = which.limit,
      .chain = field_of<protocol::identifier>(which.chain)};
  const auto said = connection_->ask<protocol::audit_list_reply>(opcode::audit_list, request);
  audit_page page;
  for (const auto& one : said.records) page.records.push_back(info_of(one));
  page.position = said.position;
  page.next = said.next;
  return page;
}

std::vector<audit_chain_info> client::audit_verify() {
  const auto said = connection_->ask<protocol::audit_verify_reply>(
      opcode::audit_verify, protocol::audit_verify_request{});
  std::vector<audit_chain_info> chains;
  for (const auto& one : said.chains)
    chains.push_back({owned(one.chain), one.records, one.first, one.last, one.intact,
                      owned(one.where), one.missing, owned(one.holes)});
  return chains;
}

policy_explanation client::policy_explain(const policy_question& question) {
  const protocol::policy_explain_request request{
      .uid = question.uid,
      .unit = field_of<protocol::text<256>>(question.unit),
      .operation = {question.operation},
      .company = field_of<protocol::identifier>(question.company),
      .integration = field_of<protocol::identifier>(question.integration),
      .agent = field_of<protocol::identifier>(question.agent)};
  const auto said =
      connection_->ask<protocol::policy_explain_reply>(opcode::policy_explain, request);
  policy_explanation out{.allowed = said.allowed, .verdicts = {}};
  for (const auto& one : said.verdicts)
    out.verdicts.push_back({owned(one.rule), one.grants, owned(one.reason)});
  return out;
}

}  // namespace coffer
