#include "app/identity.hpp"

#include <unistd.h>

#include "log/log.hpp"
#include "net/namespaces.hpp"
#include "policy/overflow.hpp"

namespace coffer::app {

void warn_of_identity() {
  if (geteuid() == policy::overflow_uid())
    log::warning("runs_as_overflow_uid",
                 {{"uid", geteuid()},
                  {"reason",
                   "every user that this user namespace does not map has this uid, too: it is "
                   "served by no rule but one that lists it"},
                  {"action", "run the daemon as a user of its own"}});
  if (!net::sees_other_users())
    log::warning("processes_hidden",
                 {{"reason",
                   "/proc hides the processes of other users, so that they cannot be told from "
                   "those of containers: rules by user or group do not match them"},
                  {"action", "mount /proc without hidepid (systemd: no ProtectProc=)"}});
}

}  // namespace coffer::app
