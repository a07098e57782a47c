// Everything of a daemon but its sockets and threads: for tests and fuzzers that serve by a call.
#pragma once

#include <memory>
#include <string>

#include "app/assembly.hpp"
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

  dispatch::context& context() { return running_->all.context; }
  store::memory_store& database() { return database_; }
  audit::spool& spool() { return running_->all.spool; }

 private:
  // What ends with a daemon's process.
  struct process {
    explicit process(daemon_without_sockets& home)
        : rules(policy::parse_policy(home.policy_, "test", 0)),
          all({.database = home.database_,
               .rules = rules,
               .ring = (ring.add(secret::buffer(32)), ring),
               .cache_bytes_max = 1 << 20,
               .spool = {.folder = home.home_.file("audit"),
                         .segment_size = std::size_t{64} << 10,
                         .size_max = std::size_t{1} << 20},
               .take_audit_key = [](auto&, auto&) { return secret::buffer(32); }}) {
      all.facts.version = "cofferd test";
    }

    dispatch::rules rules;
    vault::keyring ring;
    app::assembly all;
  };

  temporary_folder home_;
  store::memory_store database_;
  const std::string policy_;
  std::unique_ptr<process> running_;
};

}  // namespace coffer::tests
