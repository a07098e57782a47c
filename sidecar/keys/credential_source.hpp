// credential://NAME: a systemd credential, which systemd decrypts for this service alone.
#pragma once

#include "keys/key_source.hpp"

namespace coffer::keys {

/// Reads $CREDENTIALS_DIRECTORY/NAME (systemd.exec(5), LoadCredentialEncrypted=).
class credential_source final : public key_source {
 public:
  explicit credential_source(std::string name);

  std::string_view scheme() const noexcept override { return "credential"; }
  std::string where() const override { return "the systemd credential " + name_; }
  std::optional<secret::buffer> load() override;
  void create() override;

 private:
  std::string name_;
};

}  // namespace coffer::keys
