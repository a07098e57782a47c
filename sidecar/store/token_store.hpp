// Agents' identity tokens (A1–A3).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "error/result.hpp"
#include "store/records.hpp"
#include "store/sealer.hpp"

namespace coffer::store {

class token_store {
 public:
  virtual ~token_store() = default;

  /// Writes a new token of an agent and revokes its others, or lets them expire after the overlap,
  /// in one transaction; version, sealing and feed as for integrations. Errors: already_exists,
  /// not_found (as the change asks).
  virtual result<token> issue(const token_change& change, const sealer& seal) = 0;
  /// Revokes one token, or with an empty kid all of an agent, and wipes their secrets, also of
  /// those that have expired. Returns the kids of those that were live, newest first. Errors:
  /// not_found, when there is none of that name at all.
  virtual result<std::vector<std::string>> revoke(const std::string& company,
                                                  const std::string& agent, const std::string& kid,
                                                  std::uint64_t now) = 0;
  /// The newest live token of an agent. Errors: not_found, tampered.
  virtual result<sealed_token> current(const std::string& company, const std::string& agent,
                                       std::uint64_t now) = 0;
  /// The token of a kid, also a revoked or expired one: looked for in `company`, and only if it is
  /// not there in all others. Errors: not_found; tampered when one that is not revoked has no
  /// value.
  virtual result<sealed_token> find(const std::string& company, const std::string& kid) = 0;
  /// Tokens of a company with kids above `after`, in byte order; of one agent, unless it is empty.
  virtual result<std::vector<token>> list(const std::string& company, const std::string& agent,
                                          const std::string& after, std::size_t limit) = 0;
};

}  // namespace coffer::store
