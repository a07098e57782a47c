#include "keys/credential_source.hpp"

#include <stdlib.h>

#include "error/start_error.hpp"
#include "keys/guarded.hpp"
#include "keys/key_text.hpp"
#include "trust/file.hpp"

namespace coffer::keys {
namespace {

std::string credential_of(const std::string& name, const slot& wanted) {
  if (wanted.which() == slot::kind::current) return name;
  if (wanted.which() == slot::kind::pending) return name + ".pending";
  return name + ".archive." + crypto::to_hex(wanted.archived());
}

}  // namespace

credential_source::credential_source(std::string name) : name_(std::move(name)) {
  if (name_.empty() || name_.find('/') != std::string::npos || name_.starts_with('.'))
    throw start_error(
        "the key source credential:// needs a credential's name: "
        "credential://master-key");
}

result<std::optional<secret::buffer>> credential_source::read(const slot& from) {
  const char* directory = getenv("CREDENTIALS_DIRECTORY");
  if (!directory)
    return failure(errc::key_unavailable,
                   "there is no CREDENTIALS_DIRECTORY: run under systemd with "
                   "LoadCredentialEncrypted=" +
                       name_);
  const std::string name = credential_of(name_, from);
  return guarded([&]() -> result<std::optional<secret::buffer>> {
    const auto content = trust::read_secret(std::string(directory) + "/" + name, master_key_file,
                                            trust::provider::system);
    if (!content) return std::optional<secret::buffer>();
    return parse_key(content->reveal(secret::purpose::key_load), "the systemd credential " + name);
  });
}

result<void> credential_source::write(const slot& to, const secret::buffer&,
                                      const std::optional<crypto::key_id>&) {
  return failure(errc::key_unavailable,
                 "a key cannot be created in a credential: make one with "
                 "`openssl rand 32 | systemd-creds encrypt --name=" +
                     credential_of(name_, to) + " - FILE`");
}

result<void> credential_source::remove(const slot& from) {
  return failure(errc::key_unavailable, "a credential cannot be removed by its service: remove " +
                                            credential_of(name_, from) +
                                            " from the unit's LoadCredentialEncrypted=");
}

}  // namespace coffer::keys
