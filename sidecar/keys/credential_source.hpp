// credential://NAME: a systemd credential, which systemd decrypts for this service alone.
#pragma once

#include "keys/key_source.hpp"

namespace coffer::keys {

/// Reads $CREDENTIALS_DIRECTORY/NAME (systemd.exec(5), LoadCredentialEncrypted=); the pending key
/// is the credential NAME.pending, archived ones are NAME.archive.KEY-ID. What systemd hands over
/// cannot be written: a rotation needs the operator, or another source.
class credential_source final : public key_source {
 public:
  explicit credential_source(std::string name);

  std::string_view scheme() const noexcept override { return "credential"; }
  std::string where() const override { return "the systemd credential " + name_; }
  bool writable() const noexcept override { return false; }
  result<std::optional<secret::buffer>> read(const slot& from) override;
  result<void> write(const slot& to, const secret::buffer& key,
                     const std::optional<crypto::key_id>& expected) override;
  result<void> remove(const slot& from) override;

 private:
  const std::string name_;
};

}  // namespace coffer::keys
