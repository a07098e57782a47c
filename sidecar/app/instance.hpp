// The instance's own folder (K3).
#pragma once

#include <string>

#include "app/settings.hpp"

namespace coffer::app {

/// The path from the root on, without `.`, `..` or a slash behind it. Throws start_error for one
/// that begins with `~`, which only a shell replaces: it would become a folder of that name.
std::string absolute_path(const std::string& path);

/// COMPANY_AGENTS_HOME, or ~/.company-agents/instances/default: an absolute path. Throws
/// start_error if neither can be told.
std::string instance_folder();

/// Before COMPANY_AGENTS_HOME named the instance itself, it named the folder above
/// instances/default. Throws start_error, naming the value to set, when a key or a store of the
/// settings would be looked for in a folder that has none while that older place has. A first start
/// (`create_key`) is only warned, unless the older place has a store.
void check_layout(const settings& chosen);

}  // namespace coffer::app
