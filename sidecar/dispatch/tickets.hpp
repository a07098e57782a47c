// Tickets: a run's authority for a process that cannot inherit a descriptor (R3).
#pragma once

#include <unistd.h>

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "dispatch/fair_share.hpp"
#include "error/result.hpp"
#include "policy/caller.hpp"
#include "secret/buffer.hpp"
#include "service/base62.hpp"
#include "service/runs.hpp"

namespace coffer::dispatch {

/// What a ticket stands for.
struct ticket {
  service::run_handle run;
  std::shared_ptr<const policy::caller> issuer;  ///< whose authority goes over
  uid_t issued_by = 0;                           ///< the user whose share it takes
  uid_t redeemer = 0;                            ///< the only user that may redeem it
  std::uint64_t expires_at = 0;                  ///< ms since the epoch, UTC
};

/// The tickets that are out, in locked memory: a restart voids them all. Thread-safe.
class tickets {
 public:
  static constexpr std::string_view prefix = "ctkt_";
  static constexpr std::size_t text_size = 5 + service::secret_text_size;
  static constexpr std::size_t outstanding_max = 1024;
  static constexpr std::uint64_t lifetime_default = 30'000;  ///< ms
  static constexpr std::uint64_t lifetime_max = 300'000;     ///< ms

  /// `owner`: the daemon's own user, who has the reserve together with root.
  explicit tickets(uid_t owner = geteuid()) noexcept : owner_(owner) {}

  /// Writes a fresh ticket to `out` (text_size bytes). Errors: overloaded, too many are out, or too
  /// many of this user.
  result<void> issue(ticket what, std::uint64_t now, std::span<std::byte> out);
  /// Takes it out of use. Errors: invalid_ticket; one that is for another user stays good.
  result<ticket> redeem(std::span<const std::byte> text, uid_t who, std::uint64_t now);
  /// Whether a ticket is out that this user may redeem.
  bool wait_for(uid_t who, std::uint64_t now);

 private:
  static constexpr std::size_t reserve = 64;

  struct entry {
    secret::buffer text;
    ticket what;
  };
  using entries = std::list<entry>;
  entries::iterator remove(entries::iterator one) noexcept;
  void remove_expired(std::uint64_t now) noexcept;

  const uid_t owner_;
  std::mutex mutex_;
  entries out_;
  fair_share places_{outstanding_max, reserve};
  std::unordered_map<uid_t, std::size_t> held_;  // places of each user that has some
};

}  // namespace coffer::dispatch
