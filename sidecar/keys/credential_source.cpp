#include "keys/credential_source.hpp"

#include <stdlib.h>

#include "error/start_error.hpp"
#include "keys/key_text.hpp"
#include "trust/file.hpp"

namespace coffer::keys {

credential_source::credential_source(std::string name) : name_(std::move(name)) {
  if (name_.empty() || name_.find('/') != std::string::npos || name_.starts_with('.'))
    throw start_error(
        "the key source credential:// needs a credential's name: "
        "credential://master-key");
}

std::optional<secret::buffer> credential_source::load() {
  const char* directory = getenv("CREDENTIALS_DIRECTORY");
  if (!directory)
    throw start_error(
        "there is no CREDENTIALS_DIRECTORY: run under systemd with "
        "LoadCredentialEncrypted=" +
        name_);
  const std::string path = std::string(directory) + "/" + name_;
  const auto content = trust::read_secret(path, master_key_file, trust::provider::system);
  if (!content) return std::nullopt;
  return parse_key(content->reveal(secret::purpose::key_load), where());
}

void credential_source::create() {
  throw start_error(
      "a key cannot be created in a credential: make one with "
      "`openssl rand 32 | systemd-creds encrypt --name=" +
      name_ + " - FILE`");
}

}  // namespace coffer::keys
