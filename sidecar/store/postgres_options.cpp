#include "store/postgres_options.hpp"

#include <libpq-fe.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "error/start_error.hpp"
#include "secret/wipe.hpp"
#include "store/postgres_failure.hpp"

namespace coffer::store {
namespace {

// Of no option a valid value.
constexpr const char* no_value = "coffer only asks";

bool secret(std::string_view name) { return name == "password" || name == "sslpassword"; }

struct option_list_deleter {
  void operator()(PQconninfoOption* all) const {
    for (PQconninfoOption* one = all; one->keyword; ++one)
      if (one->val && secret(one->keyword))
        secret::wipe(std::as_writable_bytes(std::span(one->val, std::strlen(one->val))));
    PQconninfoFree(all);
  }
};
using option_list = std::unique_ptr<PQconninfoOption, option_list_deleter>;

option_list parsed(const std::string& url) {
  char* error = nullptr;
  option_list all(PQconninfoParse(url.c_str(), &error));
  PQfreemem(error);  // it may quote the whole URL, and with it a password
  return all;
}

bool said(const PQconninfoOption& one, const postgres_options& in_url) {
  const char* environment = one.envvar ? std::getenv(one.envvar) : nullptr;
  return in_url.has(one.keyword) || (environment && *environment) || !one.compiled ||
         std::string_view(one.val) != one.compiled;
}

// libpq has no function that merges what it is told without connecting. But it merges first and
// then looks at the values: one that is none ends it there, with all others to be read.
postgres_options ask_libpq(const std::string& url, const char* spoilt) {
  const postgres_options in_url = *parse_url(url);
  const char* names[] = {"dbname", spoilt, nullptr};
  const char* values[] = {url.c_str(), no_value, nullptr};
  const std::unique_ptr<PGconn, decltype(&PQfinish)> asked(PQconnectStartParams(names, values, 1),
                                                           &PQfinish);
  if (!asked) throw std::bad_alloc();
  const std::string why = one_line(PQerrorMessage(asked.get()));
  if (why.find(no_value) == why.npos)
    throw start_error(
        "PostgreSQL's library refuses what DATABASE_URL, PG variables or a service "
        "file say: " +
        why);
  const option_list all(PQconninfo(asked.get()));
  postgres_options out;
  for (const PQconninfoOption* one = all.get(); one && one->keyword; ++one)
    if (one->val && *one->val && std::strcmp(one->keyword, spoilt) != 0 && said(*one, in_url))
      out.set(one->keyword, one->val);
  return out;
}

}  // namespace

postgres_options::~postgres_options() {
  for (auto& [name, value] : values_)
    if (secret(name)) secret::wipe(std::as_writable_bytes(std::span(value)));
}

std::string postgres_options::text(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? "" : found->second;
}

void postgres_options::set(const std::string& name, std::string_view value) {
  std::string& place = values_[name];
  if (secret(name)) secret::wipe(std::as_writable_bytes(std::span(place)));
  place.reserve(value.size());
  place.assign(value);
}

void postgres_options::set_default(const std::string& name, std::string_view value) {
  if (!has(name)) set(name, value);
}

std::optional<postgres_options> parse_url(const std::string& url) {
  const option_list all = parsed(url);
  if (!all) return std::nullopt;
  postgres_options out;
  for (const PQconninfoOption* one = all.get(); one->keyword; ++one)
    if (one->val) out.set(one->keyword, one->val);
  return out;
}

postgres_options said_options(const std::string& url) {
  if (!parse_url(url)) throw start_error("DATABASE_URL cannot be read");
  postgres_options out = ask_libpq(url, "target_session_attrs");
  const postgres_options other = ask_libpq(url, "gssencmode");
  if (other.has("target_session_attrs"))
    out.set("target_session_attrs", other.text("target_session_attrs"));
  return out;
}

bool is_option(const std::string& name) {
  const option_list all(PQconndefaults());
  for (const PQconninfoOption* one = all.get(); one && one->keyword; ++one)
    if (name == one->keyword) return true;
  return false;
}

std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> out;
  if (list.empty()) return out;
  std::size_t begin = 0;
  for (auto comma = list.find(','); comma != list.npos; comma = list.find(',', begin)) {
    out.push_back(list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  out.push_back(list.substr(begin));
  return out;
}

}  // namespace coffer::store
