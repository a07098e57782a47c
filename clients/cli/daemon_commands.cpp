#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

constexpr std::uint64_t in_step_below = 1'000;  // ms: above it, answers say that they are stale

std::string store_text(const daemon_status& now) {
  if (!now.store_age) return now.store;
  if (*now.store_age <= in_step_below) return now.store + ", in step";
  if (*now.store_age > 365ull * 24 * 3600 * 1000) return now.store + ", not reached yet";
  return now.store + ", away: in step until " + std::to_string(*now.store_age / 1000) + " s ago";
}

std::string trail_text(const daemon_status& now) {
  return dashed(now.audit_state) + ", " + std::to_string(now.audit_backlog.value_or(0)) +
         " records behind, " + size_text(now.audit_spool_bytes.value_or(0)) + " of spool";
}

void print_status(const daemon_status& now, const std::string& socket, bool json) {
  if (json) {
    json_object out;
    out.add("socket", socket).add("version", now.version).add("started_at", now.started_at);
    out.add("memory_mode", now.memory_mode).add("memory_total", now.memory_total);
    out.add("memory_used", now.memory_used).add("key_source", now.key_source);
    out.add("key_id", now.key_id).add("store", now.store).add("connections", now.connections);
    out.add("requests", now.requests).add("cache_entries", now.cache_entries);
    out.add("cache_bytes", now.cache_bytes).add("store_age", now.store_age);
    out.add("clock_ahead", now.clock_ahead).add("clock_behind", now.clock_behind);
    out.add("audit_backlog", now.audit_backlog);
    out.add("audit_spool_bytes", now.audit_spool_bytes);
    if (now.audit_state) out.add("audit_state", *now.audit_state);
    return print_line(out.text());
  }
  print_pairs({{"socket", socket},
               {"version", now.version},
               {"started", time_text(now.started_at)},
               {"locked memory", now.memory_mode + ", " + size_text(now.memory_used) + " of " +
                                     size_text(now.memory_total) + " used"},
               {"master key", now.key_id + " from " + now.key_source + "://"},
               {"store", store_text(now)},
               {"clock", clock_text(now.clock_ahead, now.clock_behind)},
               {"connections", std::to_string(now.connections)},
               {"requests", std::to_string(now.requests)},
               {"cache", std::to_string(now.cache_entries) + " secrets, " +
                             size_text(now.cache_bytes) + " of ciphertext"},
               {"audit trail", trail_text(now)}});
}

}  // namespace

void add_daemon_commands(CLI::App& program, const globals& all, action& run) {
  auto* status = program.add_subcommand("status", "how the daemon is doing");
  status->footer("Examples:\n  coffer status\n  coffer status --json | jq .cache_bytes");
  status->callback([&] {
    run = [&] {
      client daemon = all.connect();
      const daemon_status now = daemon.status();
      print_status(now, daemon.socket(), all.json);
    };
  });
  auto* ping = program.add_subcommand("ping", "whether the daemon answers; prints nothing");
  ping->footer("Example:\n  until coffer ping --timeout 1; do sleep 1; done");
  ping->callback([&] {
    run = [&] {
      all.connect().ping();
      if (all.json) print_line("{}");
    };
  });
}

}  // namespace coffer::cli
