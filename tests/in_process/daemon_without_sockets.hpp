// Everything of a daemon but its sockets and threads: for tests and fuzzers that serve by a call.
#pragma once

#include <memory>
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
      : policy_(policy), running_(std::make_unique<process>(*this)) {}

  /// A connection of a user.
  dispatch::peer connect(uid_t uid, log::log_budget& budget, bool greeted) {
    auto who = std::make_shared<policy::caller>();
    who->uid = uid;
    who->gid = 4711;
    who->pid = 1;
    auto may = running_->rules.authority_of(*who);
    return {who, who, std::move(may), budget, greeted, nullptr};
  }

  /// Another process of the same daemon: store and spool are as the last one left them, its memory
  /// is gone. Connections, contexts and handles of before must not be used any more.
  void restart() {
    running_.reset();
    running_ = std::make_unique<process>(*this);
  }

  dispatch::context& context() { return running_->context; }
  store::memory_store& database() { return database_; }
  audit::spool& spool() { return running_->spool; }

 private:
  // What ends with a daemon's process.
  struct process {
    explicit process(daemon_without_sockets& home)
        : rules(policy::parse_policy(home.policy_, "test", 0)),
          spool({.folder = home.home_.file("audit"),
                 .segment_size = std::size_t{64} << 10,
                 .size_max = std::size_t{1} << 20},
                crypto::mac_key(secret::buffer(32)),
                [&home](const std::string& chain) {
                  return audit::end_in(home.database_.audit(), chain);
                }),
          trail(spool, home.database_, secret::buffer(32)),
          integrations(home.database_, vault, contact),
          runs(home.database_, contact),
          tokens(home.database_, vault, contact),
          hosts(home.database_.hosts()) {
      ring.add(secret::buffer(32));
      facts.version = "cofferd test";
    }

    dispatch::rules rules;
    vault::keyring ring;
    vault::vault vault{ring, 1 << 20};
    audit::spool spool;
    audit::trail trail;
    service::store_contact contact{false};
    service::integrations integrations;
    service::runs runs;
    service::tokens tokens;
    store::host_store& hosts;
    dispatch::tickets tickets;
    dispatch::daemon_facts facts;
    dispatch::context context{integrations, runs,          tokens, tickets, rules, spool,
                              trail,        vault.cache(), hosts,  contact, facts};
  };

  temporary_folder home_;
  store::memory_store database_;
  const std::string policy_;
  std::unique_ptr<process> running_;
};

}  // namespace coffer::tests
