#include "keys/env_source.hpp"

#include <stdlib.h>
#include <string.h>

#include "error/start_error.hpp"
#include "keys/key_text.hpp"
#include "log/log.hpp"
#include "secret/wipe.hpp"

namespace coffer::keys {

env_source::env_source(std::string variable) : variable_(std::move(variable)) {
  if (variable_.empty() || variable_.find('=') != std::string::npos)
    throw start_error(
        "the key source env:// needs the name of a variable: env://COFFER_MASTER_KEY");
}

std::optional<secret::buffer> env_source::load() {
  char* value = getenv(variable_.c_str());
  if (!value || *value == '\0') return std::nullopt;
  log::warning(
      "key_source_for_development_only",
      {{"source", "env://" + variable_},
       {"reason", "the environment can be read by others and such a key cannot be rotated"}});
  const auto bytes = std::as_writable_bytes(std::span(value, strlen(value)));
  struct eraser {
    std::span<std::byte> bytes;
    const std::string& variable;
    ~eraser() {
      secret::wipe(bytes);
      unsetenv(variable.c_str());
    }
  } erase{bytes, variable_};
  return parse_key(bytes, where());
}

void env_source::create() {
  throw start_error("a key cannot be created in an environment variable: set " + variable_ +
                    " to the output of: openssl rand -hex 32");
}

}  // namespace coffer::keys
