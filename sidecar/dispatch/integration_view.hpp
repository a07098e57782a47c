// The metadata of an integration as its message: views into `row`, valid while that lives.
#pragma once

#include "protocol/message/integration.hpp"
#include "store/records.hpp"

namespace coffer::dispatch {

inline protocol::integration_record view_of(const store::integration& row) {
  protocol::integration_record out{.integration = {row.id},
                                   .provider = {row.provider},
                                   .label = {row.label},
                                   .status = {row.status},
                                   .scopes = {row.scopes},
                                   .version = row.version,
                                   .created_at = row.created_at,
                                   .rotated_at = row.rotated_at,
                                   .last_used_at = row.last_used_at,
                                   .expires_at = row.expires_at,
                                   .last_error = std::nullopt};
  if (row.last_error) out.last_error = {{*row.last_error}};
  return out;
}

/// The text of an optional field, if it is there.
template <class Text>
std::optional<std::string_view> value_of(const std::optional<Text>& field) {
  if (!field) return std::nullopt;
  return field->value;
}

}  // namespace coffer::dispatch
