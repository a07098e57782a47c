// Shipped pieces of audit chains in memory.
#pragma once

#include "tests/memory_store/memory_state.hpp"

namespace coffer::store {

class memory_audit final : public audit_store {
 public:
  explicit memory_audit(memory_state& state) : state_(state) {}

  result<void> append(const audit_chunk& chunk) override;
  result<audit_chunk> after(const std::string& chain, std::uint64_t sequence) override;
  result<audit_chunk> before(const std::string& chain, std::uint64_t sequence) override;
  result<std::vector<std::string>> chains() override;
  result<sealed_value> key(const std::string& row_id, std::uint64_t now,
                           const sealer& seal) override;

 private:
  memory_state& state_;
};

}  // namespace coffer::store
