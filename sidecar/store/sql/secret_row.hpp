// A new row of the secrets table, but for what is sealed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::store {

/// Views: valid during the call that writes it.
struct secret_row {
  const std::string& id;
  const std::string& company;
  std::string_view kind;
  const std::string& subject;
  std::string_view name;
  std::uint64_t version;
  std::uint64_t now;
  std::optional<std::uint64_t> expires_at;
  std::optional<std::uint64_t> last_used_at;
};

}  // namespace coffer::store
