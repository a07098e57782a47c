// env://VAR: for development only. The environment is readable in /proc/PID/environ.
#pragma once

#include <atomic>

#include "keys/key_source.hpp"

namespace coffer::keys {

/// Has the current key only, and gives it once: the variable is then overwritten and removed, so
/// that neither /proc/PID/environ nor a child has it. Not to be read while threads use the
/// environment.
class env_source final : public key_source {
 public:
  explicit env_source(std::string variable);

  std::string_view scheme() const noexcept override { return "env"; }
  std::string where() const override { return "the variable " + variable_; }
  bool writable() const noexcept override { return false; }
  result<std::optional<secret::buffer>> read(const slot& from) override;
  result<void> write(const slot& to, const secret::buffer& key,
                     const std::optional<crypto::key_id>& expected) override;
  result<void> remove(const slot& from) override;

 private:
  const std::string variable_;
  std::atomic<bool> taken_{false};
};

}  // namespace coffer::keys
