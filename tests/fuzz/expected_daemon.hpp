// What a daemon must answer, request by request: who may, which value, which token, whose run.
#pragma once

#include <map>

#include "protocol/messages.hpp"
#include "tests/fuzz/chosen_request.hpp"
#include "tests/fuzz/expect.hpp"
#include "tests/fuzz/expected_tickets.hpp"
#include "tests/fuzz/expected_tokens.hpp"
#include "tests/fuzz/expected_values.hpp"

namespace coffer::tests {

/// What a connection must be.
struct expected_peer {
  std::size_t caller = 0;
  std::size_t authority = 0;  ///< whose, once a ticket was redeemed
  bool greeted = true;
  run_of narrowed{};
};

class expected_daemon {
 public:
  known_texts known;  ///< what its answers gave away

  /// To be called before each request: from when on its clock may be read.
  void tick() { before_ = clock::now_ms(); }
  /// It has no memory of tickets.
  void restarted() { tickets_.forget_all(); }

  template <class Request, class Reply>
  void answered(expected_peer& from, protocol::opcode code, named what, const Request& request,
                const Reply& reply) {
    expect(from.greeted != (code == protocol::opcode::hello));
    expect(may(from, code, what) || redeems_only(from, code));
    if (from.narrowed) expect(!from.narrowed->surely_over(before_));
    settle(from, request, reply);
  }

  /// Refused, and rightly so.
  template <class Request>
  void refused(expected_peer& from, protocol::opcode code, named what, const Request& request,
               errc error) {
    expect(error != errc::internal && error != errc::tampered && error != errc::overloaded);
    expect(error != errc::key_unavailable && error != errc::store_unavailable);
    expect(error != errc::audit_unavailable);
    const bool stranger = !who_may::ask(from.authority, protocol::opcode::ping, {});
    if (stranger && (error == errc::denied || !redeems_only(from, code)))
      return expect(error == errc::denied);
    if (!from.greeted)
      return expect(code == protocol::opcode::hello || error == errc::hello_expected);
    if (!stranger && !may(from, code, what))
      return expect(no_answer(from, code, error) || names_dead_run(from, code, what, error));
    object(from, request, error);
  }

 private:
  static bool no_answer(const expected_peer& from, protocol::opcode code, errc error) {
    if (code == protocol::opcode::hello && !from.narrowed) return error == errc::unexpected_hello;
    if (error == errc::run_ended)
      return from.narrowed && !from.narrowed->surely_live(clock::now_ms());
    return error == errc::denied || error == errc::invalid_field || error == errc::unexpected_hello;
  }

  // A stranger's ticket lets it in, to redeem it.
  bool redeems_only(const expected_peer& from, protocol::opcode code) const {
    const bool those = code == protocol::opcode::hello || code == protocol::opcode::ticket_redeem;
    return those && !from.narrowed && tickets_.some_for(from.caller, before_);
  }

  // A run that does not live has no agent any more, so that rules for some agents say so, too.
  bool names_dead_run(const expected_peer& from, protocol::opcode code, const named& what,
                      errc error) const {
    if (error != errc::run_ended || from.narrowed) return false;
    if (code != protocol::opcode::narrow && code != protocol::opcode::ticket_issue) return false;
    const run_of run = runs_.find(what.company, what.run);
    return (!run || !run->surely_live(clock::now_ms())) && who_may::ask(from.authority, code, what);
  }

  // Of the connection, or that it names.
  run_of run_of_request(const expected_peer& from, const named& what) const {
    return from.narrowed ? from.narrowed : runs_.find(what.company, what.run);
  }

  bool may(const expected_peer& from, protocol::opcode code, named what) const {
    using enum protocol::opcode;
    if (code == hello && from.narrowed) return false;
    if (from.narrowed) {
      const expected_run& mine = *from.narrowed;
      if (code != ping && code != integration_fetch && code != token_fetch) return false;
      if (!what.company.empty() && what.company != mine.company) return false;
      if (!what.agent.empty() && what.agent != mine.agent) return false;
      if (!what.run.empty() && what.run != mine.id) return false;
    }
    if (const run_of run = run_of_request(from, what); run && code != run_begin)
      what.agent = run->agent;
    return who_may::ask(from.authority, code, what);
  }

  std::uint64_t next_epoch(const protocol::identifier& company) {
    return ++epochs_[std::string(company.value)];
  }

  // What was answered.
  template <class Request, class Reply>
  void settle(expected_peer&, const Request&, const Reply&) {}

  void settle(expected_peer& from, const protocol::hello_request&, const protocol::hello_reply&) {
    from.greeted = true;
  }

  template <class Request>
  void written(const Request& asked, const protocol::integration_reply& reply, bool cut) {
    expect(reply.version == next_epoch(asked.company));
    expect(reply.integration == asked.integration && reply.expires_at == asked.expires_at);
    values_.write(asked.company.value, asked.integration.value,
                  {.version = reply.version,
                   .expires_at = asked.expires_at,
                   .text = std::string(protocol::as_text(asked.value.value))},
                  cut);
  }
  void settle(expected_peer&, const protocol::integration_set_request& asked,
              const protocol::integration_reply& reply) {
    expect(asked.replace.value_or(false) ||
           !values_.has(asked.company.value, asked.integration.value));
    written(asked, reply, false);
  }
  void settle(expected_peer&, const protocol::integration_rotate_request& asked,
              const protocol::integration_reply& reply) {
    values_.current_is(asked);
    written(asked, reply, asked.cut.value_or(false));
  }
  void settle(expected_peer&, const protocol::integration_delete_request& asked,
              const protocol::integration_delete_reply&) {
    values_.current_is(asked);
    next_epoch(asked.company);
    values_.remove(asked.company.value, asked.integration.value);
  }
  void settle(expected_peer&, const protocol::integration_show_request& asked,
              const protocol::integration_reply& reply) {
    const auto now = values_.seen_by(nullptr, asked.company.value, asked.integration.value);
    expect(now && now->value.version == reply.version && reply.integration == asked.integration);
  }
  void settle(expected_peer& from, const protocol::integration_list_request& asked,
              const protocol::integration_list_reply& reply) {
    const std::string_view company = asked.company.value;
    for (const auto& row : reply.integrations) {
      expect(values_.has(company, row.integration.value));
      expect(who_may::see(from.authority, protocol::opcode::integration_list,
                          {company, row.integration.value}));
    }
    if (!asked.after && !asked.limit && from.caller == 0)
      expect(reply.integrations.size() == values_.count(company) && !reply.next);
  }

  run_of named_run(const expected_peer& from, const protocol::identifier& company,
                   std::string_view id) const {
    const run_of run = from.narrowed ? from.narrowed : runs_.find(company.value, id);
    expect(run && !run->surely_over(before_));
    return run;
  }

  void settle(expected_peer& from, const protocol::integration_fetch_request& asked,
              const protocol::integration_fetch_reply& reply) {
    run_of run;
    if (from.narrowed || asked.run)
      run = named_run(from, asked.company, asked.run ? asked.run->value : "");
    values_.fetched(run.get(), asked, reply);
  }

  void settle(expected_peer&, const protocol::run_begin_request& asked,
              const protocol::run_begin_reply& reply) {
    const run_of before = runs_.find(asked.company.value, asked.run.value);
    expect(!before || !before->surely_live(before_));
    expect(reply.epoch == epochs_[std::string(asked.company.value)]);
    expect(reply.run == asked.run && reply.agent == asked.agent);
    runs_.begin({.company = std::string(asked.company.value),
                 .id = std::string(asked.run.value),
                 .agent = std::string(asked.agent.value),
                 .epoch = reply.epoch,
                 .ends_at = reply.ends_at});
  }
  void settle(expected_peer& from, const protocol::run_end_request& asked,
              const protocol::run_end_reply&) {
    named_run(from, asked.company, asked.run.value)->ended = true;
  }
  void settle(expected_peer& from, const protocol::run_list_request& asked,
              const protocol::run_list_reply& reply) {
    for (const auto& row : reply.runs) {
      const run_of run = named_run(from, asked.company, row.run.value);
      expect(run->agent == row.agent.value && run->epoch == row.epoch);
      expect(
          who_may::see(from.authority, protocol::opcode::run_list, {run->company, {}, run->agent}));
    }
  }

  void become(expected_peer& from, const run_of& run, const protocol::narrow_reply& reply) {
    expect(reply.company.value == run->company && reply.agent.value == run->agent);
    expect(reply.run.value == run->id && reply.ends_at == run->ends_at);
    from.narrowed = run;
  }
  void settle(expected_peer& from, const protocol::narrow_request& asked,
              const protocol::narrow_reply& reply) {
    become(from, named_run(from, asked.company, asked.run.value), reply);
  }
  void settle(expected_peer& from, const protocol::ticket_issue_request& asked,
              const protocol::ticket_issue_reply& reply) {
    tickets_.issued(from.caller, named_run(from, asked.company, asked.run.value), asked, reply);
    known.tickets.emplace_back(protocol::as_text(reply.ticket.value));
  }
  void settle(expected_peer& from, const protocol::ticket_redeem_request& asked,
              const protocol::ticket_redeem_reply& reply) {
    const expected_ticket used = tickets_.redeemed(from.caller, asked, before_);
    become(from, used.run, reply);
    from.authority = used.issuer;
  }

  template <class Request>
  void token_written(const Request& asked, const protocol::token_record& reply) {
    expect(reply.version == next_epoch(asked.company));
    known.kids.emplace_back(reply.kid.value);
  }
  void settle(expected_peer&, const protocol::token_issue_request& asked,
              const protocol::token_issue_reply& reply) {
    token_written(asked, reply);
    tokens_.issued(asked, reply);
  }
  void settle(expected_peer&, const protocol::token_rotate_request& asked,
              const protocol::token_rotate_reply& reply) {
    token_written(asked, reply);
    tokens_.rotated(asked, reply);
  }
  void settle(expected_peer&, const protocol::token_revoke_request& asked,
              const protocol::token_revoke_reply&) {
    tokens_.revoked(asked);
  }
  void settle(expected_peer&, const protocol::token_fetch_request& asked,
              const protocol::token_fetch_reply& reply) {
    if (tokens_.fetched(asked, reply))
      known.tokens.emplace_back(protocol::as_text(reply.value.value));
  }
  void settle(expected_peer&, const protocol::token_validate_request& asked,
              const protocol::token_validate_reply& reply) {
    tokens_.validated(asked, reply);
  }
  void settle(expected_peer& from, const protocol::token_list_request& asked,
              const protocol::token_list_reply& reply) {
    tokens_.listed(asked, reply);
    for (const auto& row : reply.tokens)
      expect(who_may::see(from.authority, protocol::opcode::token_list,
                          {asked.company.value, {}, row.agent.value}));
    if (!asked.agent && !asked.after && !asked.limit && from.caller == 0)
      expect(reply.tokens.size() == tokens_.count(asked.company.value));
  }

  void settle(expected_peer& from, const protocol::company_list_request&,
              const protocol::company_list_reply& reply) {
    for (const auto& row : reply.companies)
      expect(who_may::see(from.authority, protocol::opcode::company_list, {row.company.value}));
  }
  void settle(expected_peer& from, const protocol::audit_list_request& asked,
              const protocol::audit_list_reply& reply) {
    for (const auto& row : reply.records) {
      const std::string_view company = row.company ? row.company->value : std::string_view();
      expect(!asked.company || asked.company->value == company);
      expect(who_may::see(from.authority, protocol::opcode::audit_list, {company}));
    }
  }
  void settle(expected_peer&, const protocol::audit_verify_request&,
              const protocol::audit_verify_reply& reply) {
    for (const auto& chain : reply.chains) expect(chain.intact);
  }
  void settle(expected_peer&, const protocol::policy_explain_request& asked,
              const protocol::policy_explain_reply& reply) {
    const auto text = [](const auto& field) { return field ? field->value : std::string_view(); };
    const auto code =
        std::ranges::find(protocol::operations, asked.operation.value, &protocol::operation::name);
    expect(code != protocol::operations.end());
    const named what{text(asked.company), text(asked.integration), text(asked.agent)};
    expect(reply.allowed == (asked.uid < callers && who_may::ask(asked.uid, code->code, what)));
  }

  // What was refused although its caller may ask it.
  template <class Request>
  void object(expected_peer&, const Request&, errc) {}

  void object(expected_peer& from, const protocol::integration_fetch_request& asked, errc error) {
    run_of run = from.narrowed;
    if (!run && asked.run) run = runs_.find(asked.company.value, asked.run->value);
    const auto due = values_.seen_by(run.get(), asked.company.value, asked.integration.value);
    if (error == errc::not_found) return expect(!due);
    expect(error == errc::run_ended || error == errc::denied);
    expect(from.narrowed || asked.run);
    expect(!run || !run->surely_live(clock::now_ms()));
  }
  void object(expected_peer& from, const protocol::token_fetch_request& asked, errc error) {
    if (error == errc::not_found) return expect(!tokens_.newest_of(asked.company, asked.agent));
    expect(error == errc::run_ended && from.narrowed);
    expect(!from.narrowed->surely_live(clock::now_ms()));
  }
  void object(expected_peer&, const protocol::token_validate_request& asked, errc error) {
    const auto due = tokens_.verdict(asked);
    expect(!due || *due == static_cast<std::uint64_t>(error));
  }
  void object(expected_peer& from, const protocol::ticket_redeem_request& asked, errc error) {
    tickets_.refused(from.caller, asked, error);
  }
  void object(expected_peer&, const protocol::narrow_request& asked, errc) {
    const run_of run = runs_.find(asked.company.value, asked.run.value);
    expect(!run || !run->surely_live(clock::now_ms()));
  }

  std::uint64_t before_ = 0;
  std::map<std::string, std::uint64_t> epochs_;
  expected_values values_;
  expected_runs runs_;
  expected_tokens tokens_;
  expected_tickets tickets_;
};

}  // namespace coffer::tests
