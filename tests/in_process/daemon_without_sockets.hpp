// Everything of a daemon but its sockets and threads: for tests and fuzzers that serve by a call.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "dispatch/serve.hpp"
#include "policy/policy_file.hpp"
#include "tests/memory_store/memory_store.hpp"
#include "tests/temporary_folder.hpp"

namespace coffer::tests {

/// Its store is in memory, its audit spool in a folder of its own, both keys are zeros. The
/// process's arena must be open.
class daemon_without_sockets {
 public:
  /// `policy` is the text of a policy file; uid 0 owns the daemon.
  explicit daemon_without_sockets(const std::string& policy)
      : rules_(policy::parse_policy(policy, "test", 0)) {
    ring_.add(secret::buffer(32));
    facts_.version = "cofferd test";
  }

  /// A connection of a user.
  dispatch::peer connect(uid_t uid, log::log_budget& budget, bool greeted) {
    auto who = std::make_shared<policy::caller>();
    who->uid = uid;
    who->gid = 4711;
    who->pid = 1;
    auto may = rules_.authority_of(*who);
    return {who, who, std::move(may), budget, greeted, nullptr};
  }

  dispatch::context& context() { return context_; }
  store::memory_store& database() { return database_; }
  audit::spool& spool() { return spool_; }

 private:
  temporary_folder home_;
  store::memory_store database_;
  dispatch::rules rules_;
  vault::keyring ring_;
  vault::vault vault_{ring_, 1 << 20};
  audit::spool spool_{{.folder = home_.file("audit"), .segment_size = 1 << 20, .size_max = 4 << 20},
                      crypto::mac_key(secret::buffer(32)),
                      [](const std::string&) { return std::optional<audit::chain_end>(); }};
  audit::trail trail_{spool_, database_, secret::buffer(32)};
  service::store_contact contact_{false};
  service::integrations integrations_{database_, vault_, contact_};
  service::runs runs_{database_};
  service::tokens tokens_{database_, vault_, contact_};
  dispatch::tickets tickets_;
  dispatch::daemon_facts facts_;
  dispatch::context context_{integrations_, runs_,  tokens_,        tickets_,          rules_,
                             spool_,        trail_, vault_.cache(), database_.hosts(), contact_,
                             facts_};
};

}  // namespace coffer::tests
