#include "keys/env_source.hpp"

#include <stdlib.h>
#include <string.h>

#include "error/start_error.hpp"
#include "keys/guarded.hpp"
#include "keys/key_text.hpp"
#include "log/log.hpp"
#include "secret/wipe.hpp"

namespace coffer::keys {

env_source::env_source(std::string variable) : variable_(std::move(variable)) {
  if (variable_.empty() || variable_.find('=') != std::string::npos)
    throw start_error(
        "the key source env:// needs the name of a variable: env://COFFER_MASTER_KEY");
}

result<std::optional<secret::buffer>> env_source::read(const slot& from) {
  using key = std::optional<secret::buffer>;
  if (from.which() != slot::kind::current) return key();
  if (taken_)
    return failure(
        errc::key_unavailable,
        "the variable " + variable_ +
            " was erased when the key was read from it at the start: restart the daemon");
  char* value = getenv(variable_.c_str());
  if (!value || *value == '\0') return key();
  taken_ = true;
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
  return guarded([&]() -> result<key> { return parse_key(bytes, where()); });
}

result<void> env_source::write(const slot&, const secret::buffer&,
                               const std::optional<crypto::key_id>&) {
  return failure(errc::key_unavailable, "a key cannot be created in an environment variable: set " +
                                            variable_ + " to the output of: openssl rand -hex 32");
}

result<void> env_source::remove(const slot&) {
  return failure(errc::key_unavailable, "a key cannot be removed from the environment variable " +
                                            variable_ + ": remove it where it is set");
}

}  // namespace coffer::keys
