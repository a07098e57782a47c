// What a token may be used for: scopes with wildcards (A2).
#pragma once

#include <string_view>

namespace coffer::service {

/// A list of scopes, separated by single spaces, each 1 to 128 bytes of [A-Za-z0-9_.:/-]. A granted
/// one may end in `*`, which stands alone or behind one of : . /
bool valid_granted_scopes(std::string_view scopes) noexcept;

/// One scope without a wildcard.
bool valid_required_scope(std::string_view scope) noexcept;

/// Whether a list of granted scopes has the required one: equal to it, or up to its `*`.
bool grants(std::string_view granted, std::string_view required) noexcept;

}  // namespace coffer::service
