// A run as its message: views into `row`, valid while that lives.
#pragma once

#include "protocol/message/narrow.hpp"
#include "protocol/message/run.hpp"
#include "store/records.hpp"

namespace coffer::dispatch {

inline protocol::run_record view_of(const store::run& row) {
  return {.run = {row.id},
          .agent = {row.agent},
          .epoch = row.epoch,
          .began_at = row.began_at,
          .ends_at = row.ends_at};
}

/// What a narrowed connection is for.
inline protocol::narrow_reply authority_view(const store::run& row) {
  return {.company = {row.company}, .agent = {row.agent}, .run = {row.id}, .ends_at = row.ends_at};
}

}  // namespace coffer::dispatch
