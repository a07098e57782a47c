// Who may do what, a second time: a policy file, and what it must come to, written down by hand.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "protocol/operations.hpp"

namespace coffer::tests {

/// Users are numbered as here; 0 owns the daemon, 4 is a stranger.
inline constexpr std::size_t callers = 5;
inline constexpr const char* policy_text = R"(
[[rule]]
name = "orchestrator"
users = [1]
roles = ["orchestrator"]
companies = ["cmp_a"]
agents = ["agt_1"]
[[rule]]
name = "adapter"
users = [2]
roles = ["adapter"]
companies = ["cmp_a"]
integrations = ["slack"]
[[rule]]
name = "memory server"
users = [2]
roles = ["validator"]
companies = ["cmp_a", "cmp_b"]
[[rule]]
name = "other company"
users = [3]
roles = ["operator", "observer", "adapter"]
companies = ["cmp_b"]
)";

/// What a request names, or a row shows; empty: nothing.
struct named {
  std::string_view company{}, integration{}, agent{}, run{};
};

class who_may {
 public:
  /// Whether a caller may have this operation answered for what it names.
  static constexpr bool ask(std::size_t caller, protocol::opcode code, const named& what) {
    return any(caller, right_of(code), what, later(code));
  }
  /// Whether a row of an operation's reply may be shown to a caller.
  static constexpr bool see(std::size_t caller, protocol::opcode code, const named& row) {
    return any(caller, right_of(code), row, false);
  }

 private:
  struct grant {
    std::size_t caller;
    std::string_view rights;
    std::string_view companies, integration, agent;  // empty: all
  };
  static constexpr std::array grants{
      grant{0, "connect observe fetch manage run validate audit explain", "", "", ""},
      grant{1, "connect run fetch", "cmp_a", "", "agt_1"},
      grant{2, "connect fetch", "cmp_a", "slack", ""},
      grant{2, "connect validate", "cmp_a cmp_b", "", ""},
      grant{3, "connect observe manage audit explain fetch", "cmp_b", "", ""},
  };

  static constexpr bool any(std::size_t caller, std::string_view right, const named& what,
                            bool open) {
    const auto listed = [open](std::string_view list, std::string_view name) {
      return list.empty() || (name.empty() ? open : list.find(name) != std::string_view::npos);
    };
    return std::ranges::any_of(grants, [&](const grant& one) {
      if (one.caller != caller || one.rights.find(right) == std::string_view::npos) return false;
      if (right == "connect") return true;
      return listed(one.companies, what.company) && listed(one.integration, what.integration) &&
             listed(one.agent, what.agent);
    });
  }

  // What is not named is looked at row by row, in the run that is named, or at the next fetch.
  static constexpr bool later(protocol::opcode code) {
    using enum protocol::opcode;
    constexpr std::array those{status,     integration_list, run_begin,    run_end,
                               run_list,   narrow,           ticket_issue, token_list,
                               audit_list, host_list,        company_list};
    return std::ranges::find(those, code) != those.end();
  }

  static constexpr std::string_view right_of(protocol::opcode code) {
    switch (code) {
      using enum protocol::opcode;
      case hello:
      case ping:
      case whoami:
      case ticket_redeem:
        return "connect";
      case status:
      case integration_show:
      case integration_list:
      case token_list:
      case host_list:
      case company_list:
        return "observe";
      case integration_fetch:
      case narrow:
      case ticket_issue:
      case token_fetch:
        return "fetch";
      case integration_set:
      case integration_rotate:
      case integration_delete:
      case token_issue:
      case token_rotate:
      case token_revoke:
        return "manage";
      case run_begin:
      case run_end:
      case run_list:
        return "run";
      case token_validate:
        return "validate";
      case audit_list:
      case audit_verify:
        return "audit";
      case policy_explain:
        return "explain";
    }
    return "unknown";
  }
};

}  // namespace coffer::tests
