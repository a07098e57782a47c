// The audit trail of all hosts, in chunks (P4).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "error/result.hpp"
#include "store/records.hpp"
#include "store/sealer.hpp"

namespace coffer::store {

/// What the audit chains of all hosts left here (P4). A chunk is whole blocks of a chain, as its
/// host sealed them (audit/block.hpp); this store does not look into them.
class audit_store {
 public:
  virtual ~audit_store() = default;

  /// Appends a chunk behind the newest of its chain. Errors: version_conflict when it does not
  /// follow it, or has no record.
  virtual result<void> append(const audit_chunk& chunk) = 0;
  /// The first chunk of a chain that reaches beyond `sequence`. Errors: not_found.
  virtual result<audit_chunk> after(const std::string& chain, std::uint64_t sequence) = 0;
  /// The last chunk of a chain that begins before `sequence`. Errors: not_found.
  virtual result<audit_chunk> before(const std::string& chain, std::uint64_t sequence) = 0;
  /// The ids of all chains, in byte order.
  virtual result<std::vector<std::string>> chains() = 0;
  /// The sealed key of the chains' MACs, which `seal` makes when there is none. Errors: tampered.
  virtual result<sealed_value> key(const std::string& row_id, std::uint64_t now,
                                   const sealer& seal) = 0;
};

}  // namespace coffer::store
