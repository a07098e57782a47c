// A connection URL as people write it: checked before libpq reads it, and told without secrets.
#pragma once

#include <string>

namespace coffer::store {

/// Refuses a URL that libpq cannot read, or reads otherwise than it was meant, because a password
/// in it is not percent-encoded. Throws start_error, whose text holds no part of the URL but the
/// name of an unknown parameter.
void check_url(const std::string& url);

/// The URL for people: built anew of what is not secret in it. Without any part, if it cannot be
/// read.
std::string without_password(const std::string& url);

/// Whether a password stands in it: the user's, or that of a client certificate's key.
bool holds_password(const std::string& url);

}  // namespace coffer::store
