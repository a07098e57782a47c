#include "store/postgres_url.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "error/start_error.hpp"
#include "store/postgres_options.hpp"

namespace coffer::store {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw start_error("DATABASE_URL cannot be read: " + why +
                    "; it must look like postgresql://user@host:5432/database, with the characters"
                    " @ / : ? # % of a user or a password percent-encoded (@ is %40)");
}

struct url_parts {
  std::string_view place;  // hosts, ports and the database
  std::string_view query;
};

// As libpq does: the user's part reaches to the first @, if no / stands before that.
url_parts split_url(std::string_view url) {
  const auto scheme = url.find("://");
  std::string_view rest = scheme == url.npos ? url : url.substr(scheme + 3);
  const auto end = rest.find_first_of("@/");
  if (end != rest.npos && rest[end] == '@') rest.remove_prefix(end + 1);
  const auto query = rest.find('?');
  return {rest.substr(0, query), query == rest.npos ? "" : rest.substr(query + 1)};
}

bool secret_word(std::string_view name) { return name == "password" || name == "sslpassword"; }

// calls `visit(name, value)` for each parameter, as it stands there
template <class Visit>
void each_parameter(std::string_view query, Visit&& visit) {
  while (!query.empty()) {
    const std::string_view word = query.substr(0, query.find('&'));
    const auto equal = word.find('=');
    visit(word.substr(0, equal), equal == word.npos ? "" : word.substr(equal + 1));
    query.remove_prefix(std::min(word.size() + 1, query.size()));
  }
}

// The rest of a password that began further in front: "…@host:5432/database" or "…@host/database".
bool looks_like_a_place(std::string_view value) {
  const auto at = value.find('@', 1);
  return at != value.npos && value.find_first_of(":/", at) != value.npos;
}

void check_for_pieces(const url_parts& all) {
  if (all.place.find('@') != all.place.npos) refuse("a second @, or one behind a /, stands in it");
  each_parameter(all.query, [](std::string_view name, std::string_view value) {
    if (!secret_word(name) && looks_like_a_place(value)) refuse("an @ stands behind a ?");
  });
}

bool is_port(const std::string& text) {
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return text.empty() || (failed == std::errc() && end == text.data() + text.size() &&
                          number >= 1 && number <= 65535);
}

bool is_host(const std::string& text) {
  if (text.starts_with('/') || text.starts_with('@')) return true;
  return text.find_first_of(" @/?#\\\"'") == text.npos;
}

// Only the name of a parameter, and only where no piece of a password can stand.
std::string unknown_parameter(std::string_view query) {
  std::string found;
  if (query.find('@') != query.npos) return found;
  each_parameter(query, [&](std::string_view name, std::string_view) {
    if (found.empty() && !is_option(std::string(name)) && name != "ssl") found = name;
  });
  return found;
}

std::string encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char one : text) {
    const auto byte = static_cast<unsigned char>(one);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= 'A' && byte <= 'Z') ||
                       std::string_view("-._~/:,").find(one) != std::string_view::npos;
    if (plain)
      out += one;
    else
      out += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return out;
}

bool stands_in_authority(const std::string& hosts) {
  return !hosts.empty() && hosts.find_first_of("/@") == hosts.npos;
}

// host:port for each, IPv6 addresses in brackets
std::string authority_of(const std::string& hosts, const std::string& ports) {
  const auto names = split_list(hosts), numbers = split_list(ports);
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool bracketed = names[i].find(':') != names[i].npos;
    out += (i == 0 ? "" : ",") + (bracketed ? "[" + names[i] + "]" : encoded(names[i]));
    if (!numbers.empty() && !numbers[i < numbers.size() ? i : 0].empty())
      out += ":" + encoded(numbers[i < numbers.size() ? i : 0]);
  }
  return out;
}

}  // namespace

void check_url(const std::string& url) {
  const url_parts all = split_url(url);
  check_for_pieces(all);
  const auto given = parse_url(url);
  if (!given) {
    const std::string name = unknown_parameter(all.query);
    if (!name.empty())
      throw start_error("DATABASE_URL has a parameter that PostgreSQL's library does not know: " +
                        name + "; remove it");
    refuse("PostgreSQL's library does not take it");
  }
  for (const std::string& port : split_list(given->text("port")))
    if (!is_port(port)) refuse("a port in it is none from 1 to 65535");
  for (const std::string& host : split_list(given->text("host")))
    if (!is_host(host)) refuse("a host in it is none");
}

std::string without_password(const std::string& url) {
  const auto given = parse_url(url);
  if (!given) return "postgresql://…";
  std::string out = "postgresql://";
  if (given->has("user")) out += encoded(given->text("user")) + "@";
  const std::string hosts = given->text("host"), ports = given->text("port");
  const bool in_front = stands_in_authority(hosts);
  if (in_front) out += authority_of(hosts, ports);
  out += "/" + encoded(given->text("dbname"));
  char between = '?';
  for (const auto& [name, value] : given->all()) {
    const bool told = name == "user" || name == "dbname" ||
                      (in_front && (name == "host" || name == "port")) || secret_word(name);
    if (told) continue;
    out += between + name + "=" + encoded(value);
    between = '&';
  }
  return out;
}

bool holds_password(const std::string& url) {
  const auto given = parse_url(url);
  return given && (given->has("password") || given->has("sslpassword"));
}

}  // namespace coffer::store
