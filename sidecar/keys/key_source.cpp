#include "keys/key_source.hpp"

#include "error/start_error.hpp"
#include "keys/credential_source.hpp"
#include "keys/env_source.hpp"
#include "keys/file_source.hpp"

namespace coffer::keys {
namespace {

// The part behind `scheme`, or nullopt if the URI is of another.
std::optional<std::string> behind(std::string_view uri, std::string_view scheme) {
  if (!uri.starts_with(scheme)) return std::nullopt;
  return std::string(uri.substr(scheme.size()));
}

}  // namespace

std::unique_ptr<key_source> open_key_source(std::string_view uri) {
  if (auto path = behind(uri, "file://")) return std::make_unique<file_source>(*std::move(path));
  if (auto name = behind(uri, "env://")) return std::make_unique<env_source>(*std::move(name));
  if (auto name = behind(uri, "credential://"))
    return std::make_unique<credential_source>(*std::move(name));
  const std::string_view scheme = uri.substr(0, uri.find(':'));
  throw start_error("MASTER_KEY_SOURCE names the scheme \"" + std::string(scheme) +
                    "\": use file:///path, credential://NAME or (development) env://VAR");
}

}  // namespace coffer::keys
