// env://VAR: for development only. The environment is readable in /proc/PID/environ.
#pragma once

#include "keys/key_source.hpp"

namespace coffer::keys {

class env_source final : public key_source {
 public:
  explicit env_source(std::string variable);

  std::string_view scheme() const noexcept override { return "env"; }
  std::string where() const override { return "the variable " + variable_; }
  /// Reads the key once: the variable is overwritten and removed, so that neither /proc/PID/environ
  /// nor a child has it.
  std::optional<secret::buffer> load() override;
  void create() override;

 private:
  std::string variable_;
};

}  // namespace coffer::keys
