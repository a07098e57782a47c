// Agents' tokens in memory.
#pragma once

#include "tests/memory_store/memory_state.hpp"

namespace coffer::store {

class memory_tokens final : public token_store {
 public:
  explicit memory_tokens(memory_state& state) : state_(state) {}

  result<token> issue(const token_change& change, const sealer& seal) override;
  result<std::vector<std::string>> revoke(const std::string& company, const std::string& agent,
                                          const std::string& kid, std::uint64_t now) override;
  result<sealed_token> current(const std::string& company, const std::string& agent,
                               std::uint64_t now) override;
  result<sealed_token> find(const std::string& company, const std::string& kid) override;
  result<std::vector<token>> list(const std::string& company, const std::string& agent,
                                  const std::string& after, std::size_t limit) override;

 private:
  using tokens = std::vector<memory_token*>;
  tokens all_of(const std::string& company, const std::string& agent);
  /// Newest first.
  tokens live_of(const std::string& company, const std::string& agent, std::uint64_t now);
  void revoke_one(memory_token& one, std::uint64_t now);
  void expire_one(memory_token& one, std::uint64_t at);
  void publish(const token& one, std::uint64_t version, bool refreshed = false);

  memory_state& state_;
};

}  // namespace coffer::store
