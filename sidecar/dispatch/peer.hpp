// One connection as operations see it.
#pragma once

#include "log/log_budget.hpp"
#include "policy/policy.hpp"

namespace coffer::dispatch {

/// Outlives its requests. Workers read all but `greeted`, which only the session's thread touches.
struct peer {
  policy::caller who;
  policy::authority may;
  log::log_budget& log_budget;  ///< shared by all connections of the uid
  bool greeted = false;
};

}  // namespace coffer::dispatch
