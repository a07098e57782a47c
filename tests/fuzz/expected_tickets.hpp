// What tickets must come to: good once, soon, for one user (R3).
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "protocol/error.hpp"
#include "protocol/message/ticket_issue.hpp"
#include "protocol/message/ticket_redeem.hpp"
#include "protocol/reader.hpp"
#include "tests/fuzz/expect.hpp"
#include "tests/fuzz/expected_values.hpp"

namespace coffer::tests {

struct expected_ticket {
  std::string text;
  std::size_t issuer = 0;
  std::uint64_t redeemer = 0;
  std::uint64_t expires_at = 0;
  run_of run;
};

class expected_tickets {
 public:
  void forget_all() { out_.clear(); }

  bool some_for(std::size_t caller, std::uint64_t now) const {
    return std::ranges::any_of(out_, [&](const expected_ticket& one) {
      return one.redeemer == caller && one.expires_at > now;
    });
  }

  void issued(std::size_t issuer, run_of run, const protocol::ticket_issue_request& asked,
              const protocol::ticket_issue_reply& reply) {
    out_.push_back({.text = std::string(protocol::as_text(reply.ticket.value)),
                    .issuer = issuer,
                    .redeemer = asked.uid.value_or(issuer),
                    .expires_at = reply.expires_at,
                    .run = std::move(run)});
  }

  /// `before`: the time before it was asked.
  expected_ticket redeemed(std::size_t caller, const protocol::ticket_redeem_request& asked,
                           std::uint64_t before) {
    const auto found = find(asked);
    expect(found != out_.end() && found->redeemer == caller);
    expect(before < found->expires_at && !found->run->surely_over(before));
    const expected_ticket used = *found;
    out_.erase(found);
    return used;
  }

  void refused(std::size_t caller, const protocol::ticket_redeem_request& asked, errc error) {
    const auto found = find(asked);
    if (found == out_.end() || found->redeemer != caller)
      return expect(error == errc::invalid_ticket);
    const std::uint64_t now = clock::now_ms();
    if (now + 1000 < found->expires_at) expect(error == errc::run_ended);
    expect(error == errc::invalid_ticket || !found->run->surely_live(now));
    out_.erase(found);  // it is used up
  }

 private:
  std::vector<expected_ticket>::iterator find(const protocol::ticket_redeem_request& asked) {
    return std::ranges::find(out_, protocol::as_text(asked.ticket.value), &expected_ticket::text);
  }

  std::vector<expected_ticket> out_;
};

}  // namespace coffer::tests
