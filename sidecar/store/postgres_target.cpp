#include "store/postgres_target.hpp"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "error/start_error.hpp"
#include "store/postgres_url.hpp"

namespace coffer::store {
namespace {

// Debian's bundle of authorities; libpq 15 has no default but a file in the user's home.
constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";
constexpr int first_libpq_with_system = 160000;  // that knows sslrootcert=system

// A name is not of this host, whatever it looks like. Only localhost is: of its addresses none but
// those of loopback are used.
bool here(const std::string& host) {
  return host.empty() || host.starts_with('/') || host.starts_with('@') || host == "localhost" ||
         is_loopback(host);
}

bool verifies(const std::string& mode) { return mode.starts_with("verify-"); }

// Between TLS and plaintext libpq would choose by what the server, or who pretends to be it, says.
std::string mode_of(const std::string& said, bool remote) {
  if (!remote) return said;
  if (said.empty()) return "verify-full";
  return said == "allow" || said == "prefer" ? "require" : said;
}

std::string authorities_of(const std::string& said, const std::string& mode) {
  if (said == "system" && PQlibVersion() < first_libpq_with_system) return system_authorities;
  if (!said.empty() || !verifies(mode)) return said;
  const char* home = getenv("HOME");
  const std::string own = std::string(home ? home : "") + "/.postgresql/root.crt";
  return access(own.c_str(), R_OK) == 0 ? own : system_authorities;
}

std::string at(const std::vector<std::string>& list, std::size_t index) {
  if (list.size() == 1) return list.front();
  return index < list.size() ? list[index] : "";
}

// As libpq counts: addresses, if there are some, else names, else one that is nowhere named.
std::vector<postgres_route> routes_of(const postgres_options& said) {
  const auto hosts = split_list(said.text("host")), addresses = split_list(said.text("hostaddr")),
             ports = split_list(said.text("port"));
  const std::size_t count = std::max({hosts.size(), addresses.size(), std::size_t{1}});
  if (ports.size() > 1 && ports.size() != count)
    throw start_error("DATABASE_URL: there must be one port, or as many as hosts");
  std::vector<postgres_route> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    postgres_route& one = out[i];
    one.hostaddr = i < addresses.size() ? addresses[i] : "";
    // Without a name the certificate is checked for the address.
    one.host = i < hosts.size() && !hosts[i].empty() ? hosts[i] : one.hostaddr;
    one.port = at(ports, i);
    one.remote = !here(one.host) || (!one.hostaddr.empty() && !is_loopback(one.hostaddr));
    one.sslmode = mode_of(said.text("sslmode"), one.remote);
    one.sslrootcert = authorities_of(said.text("sslrootcert"), one.sslmode);
  }
  return out;
}

}  // namespace

bool is_loopback(const std::string& address) {
  in_addr four{};
  if (inet_pton(AF_INET, address.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six{};
  if (inet_pton(AF_INET6, address.c_str(), &six) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
}

postgres_plan plan_of(const postgres_target& target) {
  check_url(target.url);
  postgres_plan plan{said_options(target.url), {}};
  postgres_options& options = plan.options;
  plan.routes = routes_of(options);
  for (const char* name : {"host", "hostaddr", "port", "sslmode", "sslrootcert", "service"})
    options.erase(name);
  options.set_default("target_session_attrs", "read-write");
  options.set_default("application_name", "cofferd");
  options.set_default("keepalives_idle", "5");
  options.set_default("keepalives_interval", "2");
  options.set_default("tcp_user_timeout", "10000");
  // What is found in a Kerberos ticket cache does not choose how this is encrypted.
  options.set_default("gssencmode", "disable");
  // Else the statement that lifts a timeout might be ended by it.
  if (options.has("options"))
    options.set("options", options.text("options") + " -c statement_timeout=0");
  return plan;
}

}  // namespace coffer::store
