#include "output.hpp"

namespace coffer::cli {

std::string json_of(const run_info& one) {
  json_object out;
  out.add("run", one.run).add("agent", one.agent).add("epoch", one.epoch);
  out.add("began_at", one.began_at).add("ends_at", one.ends_at);
  return out.text();
}

std::string json_of(const host_info& one) {
  json_object out;
  out.add("host", one.host).add("name", one.name).add("version", one.version);
  out.add("keys", one.keys).add("started_at", one.started_at).add("seen_ago", one.seen_ago);
  out.add("lag", one.lag).add("clock_ahead", one.clock_ahead);
  return out.add("clock_behind", one.clock_behind).text();
}

std::string json_of(const token_info& one) {
  json_object out;
  out.add("kid", one.kid).add("agent", one.agent).add("scopes", one.scopes);
  out.add("version", one.version).add("issued_at", one.issued_at);
  out.add("expires_at", one.expires_at).add("revoked_at", one.revoked_at);
  out.add("last_used_at", one.last_used_at);
  return out.text();
}

std::string json_of(const audit_info& one) {
  json_object out;
  out.add("sequence", one.sequence).add("at", one.at).add("uid", one.uid).add("pid", one.pid);
  out.add("operation", one.operation).add("outcome", one.outcome).add("rule", one.rule);
  out.add("company", one.company).add("subject", one.subject).add("agent", one.agent);
  out.add("run", one.run).add("version", one.version);
  return out.text();
}

std::string json_of(const audit_chain_info& one) {
  json_object out;
  out.add("chain", one.chain).add("records", one.records).add("first", one.first);
  out.add("last", one.last).add("intact", one.intact).add("where", one.where);
  if (one.missing) out.add("missing", one.missing).add("holes", one.holes);
  return out.text();
}

std::string json_of(const company_info& each) {
  return json_object().add("company", each.company).text();
}

std::string json_of(const grant_info& grant) {
  json_object out;
  out.add("rule", grant.rule).add("roles", grant.roles).add("rights", grant.rights);
  out.add("companies", grant.companies).add("integrations", grant.integrations);
  return out.add("agents", grant.agents).text();
}

std::string json_of(const policy_verdict_info& one) {
  json_object out;
  out.add("rule", one.rule).add("grants", one.grants).add("reason", one.reason);
  return out.text();
}

void print_token(const token_info& one, bool json) {
  if (json) return print_line(json_of(one));
  print_pairs({{"kid", one.kid},
               {"agent", one.agent},
               {"scopes", one.scopes},
               {"version", std::to_string(one.version)},
               {"issued", time_text(one.issued_at)},
               {"expires", time_text(one.expires_at)},
               {"revoked", time_text(one.revoked_at)},
               {"last used", time_text(one.last_used_at)}});
}

}  // namespace coffer::cli
