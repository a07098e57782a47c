// A token's metadata as its message: views into `row`, valid while that lives.
#pragma once

#include "protocol/message/token.hpp"
#include "store/records.hpp"

namespace coffer::dispatch {

inline protocol::token_record view_of(const store::token& row) {
  return {.kid = {row.kid},
          .agent = {row.agent},
          .scopes = {row.scopes},
          .version = row.version,
          .issued_at = row.issued_at,
          .expires_at = row.expires_at,
          .revoked_at = row.revoked_at,
          .last_used_at = row.last_used_at};
}

}  // namespace coffer::dispatch
