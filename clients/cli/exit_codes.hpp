// Exit codes of coffer, from sysexits.h where it has one.
#pragma once

namespace coffer::cli {

enum class exit_code : int {
  ok = 0,
  failure = 1,        // whatever has no code of its own
  refused = 10,       // the answer is no: token not good, policy does not allow, or is wrong
  audit_broken = 11,  // the audit trail was changed
  run_ended = 12,     // or is past its time limit, or never began
  usage = 64,         // EX_USAGE
  data = 65,          // EX_DATAERR: tampered, or a value or id that breaks its rule
  not_found = 66,     // EX_NOINPUT
  unavailable = 69,   // EX_UNAVAILABLE: no daemon; or it has no store, key or room for its audit
  conflict = 73,      // EX_CANTCREAT: it exists, or has changed meanwhile
  temporary = 75,     // EX_TEMPFAIL: a limit or a deadline; try again
  denied = 77,        // EX_NOPERM
};

}  // namespace coffer::cli
