// Tickets: a run's authority for a process that cannot inherit a descriptor (R3).
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>

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
  uid_t redeemer = 0;                            ///< who alone may redeem it
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

  /// Writes a fresh ticket to `out` (text_size bytes). Errors: overloaded, too many are out.
  result<void> issue(ticket what, std::uint64_t now, std::span<std::byte> out);
  /// Takes it out of use. Errors: invalid_ticket; one that is for another user stays good.
  result<ticket> redeem(std::span<const std::byte> text, uid_t who, std::uint64_t now);

 private:
  struct entry {
    secret::buffer text;
    ticket what;
  };
  std::mutex mutex_;
  std::list<entry> out_;
};

}  // namespace coffer::dispatch
