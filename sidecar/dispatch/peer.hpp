// One connection as operations see it.
#pragma once

#include <memory>

#include "log/log_budget.hpp"
#include "policy/policy.hpp"
#include "service/runs.hpp"

namespace coffer::dispatch {

/// A connection's narrowing (R3): to a run and, by a ticket, to its issuer's authority there.
struct peer_change {
  service::run_handle run;                           ///< nullptr: it stays as it is
  std::shared_ptr<const policy::caller> authorised;  ///< nullptr: the connection's own
  std::shared_ptr<const policy::authority> may;      ///< of `authorised`, unless that is nullptr
};

/// Belongs to the session's thread; a request on a worker has a copy of its own.
struct peer {
  std::shared_ptr<const policy::caller> who;         ///< the process that connected
  std::shared_ptr<const policy::caller> authorised;  ///< whose authority it has: `who`, or the
                                                     ///< issuer of the ticket it redeemed
  std::shared_ptr<const policy::authority> may;
  log::log_budget& log_budget;  ///< shared by all connections of the uid
  bool greeted = false;
  service::run_handle run;  ///< the run that it was narrowed to; once set, for good
};

}  // namespace coffer::dispatch
