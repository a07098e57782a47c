#include "store/postgres_target.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <map>
#include <memory>

#include "error/start_error.hpp"

namespace coffer::store {
namespace {

using words = std::map<std::string, std::string>;

// Debian's bundle of authorities; libpq 15 has no default but a file in the user's home.
constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";

words parse(const std::string& url) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> all(
      PQconninfoParse(url.c_str(), &error), &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> freed(error, &PQfreemem);
  // libpq's text may quote the whole URL, and with it a password.
  if (!all)
    throw start_error(
        "DATABASE_URL cannot be read: it must look like postgresql://user@host:5432/database, with "
        "special characters percent-encoded");
  words found;
  for (const PQconninfoOption* one = all.get(); one->keyword; ++one)
    if (one->val) found[one->keyword] = one->val;
  return found;
}

bool here(const std::string& host) {
  return host.empty() || host.starts_with('/') || host.starts_with('@') || host == "localhost" ||
         host.starts_with("127.") || host == "::1";
}

// hosts are separated by commas
bool all_here(const words& given) {
  for (const char* word : {"host", "hostaddr"}) {
    const auto found = given.find(word);
    if (found == given.end()) continue;
    std::string rest = found->second;
    for (std::size_t comma = 0; comma != std::string::npos; rest.erase(0, comma + 1)) {
      comma = rest.find(',');
      if (!here(rest.substr(0, comma))) return false;
      if (comma == std::string::npos) break;
    }
  }
  return true;
}

void demand_tls(words& given) {
  given.emplace("sslmode", "verify-full");
  if (!given["sslmode"].starts_with("verify-")) return;
  const char* home = getenv("HOME");
  const std::string own = std::string(home ? home : "") + "/.postgresql/root.crt";
  if (access(own.c_str(), R_OK) != 0) given.emplace("sslrootcert", system_authorities);
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char one : text) {
    if (one == '\'' || one == '\\') out += '\\';
    out += one;
  }
  return out + "'";
}

}  // namespace

std::string connection_string(const postgres_target& target) {
  words given = parse(target.url);
  if (!given.contains("service") && !all_here(given)) demand_tls(given);
  given.emplace("target_session_attrs", "read-write");
  const auto seconds = (target.connect_timeout + std::chrono::milliseconds(999)).count() / 1000;
  given.emplace("connect_timeout", std::to_string(seconds));
  given.emplace("application_name", "cofferd");
  given.emplace("keepalives_idle", "5");
  given.emplace("keepalives_interval", "2");
  given.emplace("tcp_user_timeout", "10000");
  if (target.password) given["password"] = target.password();
  std::string out;
  for (const auto& [word, value] : given) out += word + "=" + quoted(value) + " ";
  return out;
}

std::string without_password(const std::string& url) {
  const auto given = parse(url);
  const auto found = given.find("password");
  std::string out = url;
  const auto scheme = out.find("://"), at = out.find('@');
  if (scheme != std::string::npos && at != std::string::npos) {
    const auto colon = out.find(':', scheme + 3);
    if (colon < at) out.erase(colon, at - colon);
  }
  // As a parameter, or in a way not thought of: then the URL stays untold.
  if (found != given.end() && parse(out).contains("password")) return "postgresql://…";
  return out;
}

}  // namespace coffer::store
