// Kinds and names of what the store keeps.
#pragma once

#include <cstdint>
#include <string_view>

namespace coffer::store {

/// Kinds of secrets, and the name under which an integration's credential is kept. A token's name
/// is its kid, its subject the agent.
inline constexpr std::string_view integration_kind = "integration";
inline constexpr std::string_view credential_name = "credential";
inline constexpr std::string_view token_kind = "agent_token";
inline constexpr std::string_view run_kind = "run";  ///< in the feed only: a run has ended
/// The address of the audit chains' key. No company is concerned; the kind keeps it apart.
inline constexpr std::string_view system_kind = "system";
inline constexpr std::string_view audit_key_company = "coffer";
inline constexpr std::string_view audit_key_subject = "audit";
inline constexpr std::string_view audit_key_name = "key";
inline constexpr std::uint64_t audit_key_version = 1;

}  // namespace coffer::store
