#include "app/daemon.hpp"

#include <malloc.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <exception>
#include <optional>

#include "app/assembly.hpp"
#include "app/audit_key.hpp"
#include "app/database.hpp"
#include "app/identity.hpp"
#include "app/master_key.hpp"
#include "app/memory.hpp"
#include "app/version.hpp"
#include "dispatch/serve.hpp"
#include "error/start_error.hpp"
#include "keys/key_source.hpp"
#include "net/server.hpp"
#include "net/session.hpp"
#include "net/socket_file.hpp"
#include "policy/policy_file.hpp"
#include "process/signals.hpp"
#include "service/key_writes.hpp"
#include "service/presence.hpp"

namespace coffer::app {
namespace {

constexpr std::size_t descriptors_reserved = 64;  // store, log, epoll, accepting itself
constexpr std::size_t queue_max = 4096;           // requests that wait for a worker …
constexpr std::size_t queue_reserved = 64;        // … and the daemon's own chores
constexpr std::size_t burst_bytes = 256 << 10;    // of the audit's records in a second

policy::policy rules_of(const settings& chosen) {
  if (chosen.policy.empty()) return policy::policy::owner_only(geteuid());
  return policy::load_policy(chosen.policy, geteuid());
}

// A policy that cannot be read changes nothing.
void reload_rules(const settings& chosen, dispatch::rules& rules) {
  try {
    rules.replace(rules_of(chosen));
    log::info("policy_reloaded", {{"policy", chosen.policy}});
  } catch (const std::exception& error) {
    log::error("policy_not_reloaded",
               {{"reason", error.what()}, {"action", "the old policy stays in force"}});
  }
}

// What locked memory leaves for buffers beside the fixed ones and the workers': five eighths of it,
// since blocks of different sizes leave gaps, and keys need some.
std::size_t buffers_in(const secret::arena& memory, std::size_t workers) {
  using secret::arena;
  const std::size_t fixed = arena::block_size(net::shared_buffers_size) +
                            workers * arena::block_size(dispatch::reply_size_max);
  return memory.size() > fixed ? (memory.size() - fixed) / 8 * 5 : 0;
}

net::limits limits_of(const settings& chosen, const secret::arena& memory) {
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);
  getrlimit(RLIMIT_NOFILE, &descriptors);
  net::limits out = chosen.limits;
  const std::size_t had = descriptors.rlim_cur;
  const std::size_t room = had > 2 * descriptors_reserved ? had - descriptors_reserved : had / 2;
  out.descriptors_max = room;
  out.queue_max = queue_max - queue_reserved;
  out.buffered_max = std::min(out.buffered_max, buffers_in(memory, chosen.workers));
  return out;
}

// Fills the facts that do not change while the daemon runs.
void describe(dispatch::daemon_facts& facts, const keys::key_source& source,
              const store::store& database, const net::limits& bounds) {
  facts.version = std::string("cofferd ") + version;
  facts.key_source = source.scheme();
  facts.store = database.name();
  facts.started_at = clock::now_ms();
  facts.in_flight_max = bounds.in_flight_max;
}

store::host described() {
  store::host self;
  utsname about{};
  uname(&about);
  self.name = about.nodename;
  self.version = std::string("cofferd ") + version;
  return self;
}

// The key, what is assembled over it, and the socket.
class running_daemon {
 public:
  running_daemon(const settings& chosen, found_key key, store::store& database,
                 dispatch::rules& rules)
      : chosen_(chosen),
        database_(database),
        rules_(rules),
        key_(std::move(key)),
        all_({.database = database,
              .rules = rules,
              .ring = (take_master_key(key_, database, chosen, ring_), ring_),
              .cache_bytes_max = chosen.cache_bytes_max,
              .stale = chosen.stale,
              .spool = {.folder = chosen.audit_spool, .size_max = chosen.audit_spool_size_max},
              .take_audit_key = take_audit_key}),
        presence_(database.hosts(), all_.services.contact, ring_, described()) {}

  void serve(const net::limits& bounds) {
    describe(all_.facts, *key_.source, database_, bounds);
    all_.spool.prepare();
    all_.services.chores.look_at_clock();
    if (database_.shared()) all_.services.follower.start();
    presence_.beat();
    open_socket();
    dispatch::offload workers(chosen_.workers, queue_max);
    const auto failed = serve_with(workers, bounds);
    process::take_signals();  // the loop that heard them is gone: another one ends the rest at once
    all_.services.follower.stop();
    static_cast<void>(all_.trail.ship());
    service::flush_key_writes(all_.services.vault.writes(), database_.keys());
    presence_.leave();
    if (failed) std::rethrow_exception(failed);
  }

 private:
  std::exception_ptr serve_with(dispatch::offload& workers, const net::limits& bounds) {
    net::server server({.daemon = all_.context,
                        .workers = workers,
                        .every_second = [this] { keep_trail(); },
                        .every_few_seconds = [this] { keep_house(); },
                        .reload = [this] { reload_rules(chosen_, rules_); }},
                       bounds, {own_socket()});
    log::info("serving", {{"socket", chosen_.socket},
                          {"store", all_.facts.store},
                          {"key", crypto::to_hex(ring_.snapshot()->current.value())},
                          {"uid", geteuid()},
                          {"version", version}});
    all_.spool.when_spare_is_taken([&] { workers.post([this] { all_.spool.prepare(); }); });
    const auto failed = server.run();
    all_.spool.when_spare_is_taken({});
    return failed;
  }

  void open_socket() {
    make_folder_of(chosen_.socket);
    socket_.emplace(chosen_.socket, chosen_.socket_mode, chosen_.socket_group);
  }

  net::listening_socket own_socket() {
    return {.descriptor = socket_->release(),
            .begin = net::session::begin,
            .in_place = [this] { return socket_->in_place(); },
            .renew = [this] { return renew_socket(); },
            .remove = [this] { socket_->remove(); }};
  }

  // What removed it took no notice of the daemon: a cleaner of /run, or a careless script.
  int renew_socket() {
    open_socket();
    log::warning("socket_renewed",
                 {{"socket", chosen_.socket},
                  {"reason", "its file was removed or replaced"},
                  {"action", "find out what did that: clients could not connect meanwhile"}});
    return socket_->release();
  }

  // The spool bridges an outage of the store: what is not shipped now is shipped later. What a
  // burst took of memory is given back once it is over.
  void keep_trail() {
    all_.spool.prepare();
    const auto shipped = all_.trail.ship_some();
    const bool burst = shipped && *shipped >= burst_bytes;
    if (in_burst_ && !burst) malloc_trim(0);
    in_burst_ = burst;
  }

  void keep_house() {
    service::flush_key_writes(all_.services.vault.writes(), database_.keys());
    presence_.beat();
    all_.services.chores.run();
  }

  const settings& chosen_;
  store::store& database_;
  dispatch::rules& rules_;
  found_key key_;
  vault::keyring ring_;
  assembly all_;
  service::presence presence_;
  std::optional<net::socket_file> socket_;
  bool in_burst_ = false;
};

}  // namespace

void run_daemon(const settings& chosen) {
  log::set_level(chosen.log_level);
  secret::arena& memory = open_memory(chosen);
  warn_of_identity();
  const net::limits bounds = limits_of(chosen, memory);
  dispatch::rules rules(rules_of(chosen));
  found_key key = look_for_key(chosen);
  const auto database = open_store(chosen);
  running_daemon(chosen, std::move(key), *database, rules).serve(bounds);
  memory.wipe();
  log::info("stopped");
}

}  // namespace coffer::app
