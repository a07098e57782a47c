// Roles, and the rights that each one has.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace coffer::policy {

/// What an operation needs. Each operation names one (dispatch/operations).
enum class right : std::uint8_t {
  connect = 1 << 0,  ///< hello, ping
  observe = 1 << 1,  ///< status; metadata of integrations, never a value
  fetch = 1 << 2,    ///< the value of an integration credential
  manage = 1 << 3,   ///< set, rotate and delete integrations
};

using rights = std::uint8_t;  ///< a set of rights

constexpr rights set_of(std::initializer_list<right> all) noexcept {
  rights out = 0;
  for (const right one : all) out = static_cast<rights>(out | static_cast<rights>(one));
  return out;
}

struct role {
  std::string_view name;
  rights grants;
};

/// The roles of the specification (P2). A validator gains its right with agent tokens.
inline constexpr std::array roles{
    role{"adapter", set_of({right::connect, right::fetch})},
    role{"validator", set_of({right::connect})},
    role{"operator", set_of({right::connect, right::observe, right::manage})},
    role{"admin", set_of({right::connect, right::observe, right::fetch, right::manage})},
    role{"observer", set_of({right::connect, right::observe})},
};

constexpr std::optional<role> find_role(std::string_view name) noexcept {
  for (const role& one : roles)
    if (one.name == name) return one;
  return std::nullopt;
}

constexpr std::string_view name_of(right needed) noexcept {
  switch (needed) {
    case right::connect:
      return "connect";
    case right::observe:
      return "observe";
    case right::fetch:
      return "fetch";
    case right::manage:
      return "manage";
  }
  return "unknown";
}

}  // namespace coffer::policy
