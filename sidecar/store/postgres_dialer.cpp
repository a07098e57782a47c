#include "store/postgres_dialer.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <pqxx/except>
#include <vector>

#include "error/start_error.hpp"
#include "log/log.hpp"
#include "store/postgres_failure.hpp"

namespace coffer::store {
namespace {

using clock = postgres_dialer::clock;
using std::chrono::milliseconds;

[[noreturn]] void fail(const std::string& why) { throw pqxx::broken_connection(why); }

std::string name_of(const postgres_route& route, const std::string& address) {
  std::string out =
      route.host.empty() ? (address.empty() ? "the local socket" : address) : route.host;
  if (!address.empty() && address != route.host && !route.host.empty()) out += " (" + address + ")";
  return route.port.empty() ? out : out + ":" + route.port;
}

// Whether packets leave this host.
bool leaves_this_host(int socket) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return true;
  if (peer.ss_family == AF_UNIX) return false;
  if (peer.ss_family == AF_INET)
    return ntohl(reinterpret_cast<sockaddr_in&>(peer).sin_addr.s_addr) >> 24 != 127;
  const auto& six = reinterpret_cast<sockaddr_in6&>(peer).sin6_addr;
  return !IN6_IS_ADDR_LOOPBACK(&six) && !(IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
}

std::string tls_of(PGconn* made, const postgres_route& route) {
  if (PQgssEncInUse(made)) return "none, but GSSAPI encryption";
  if (!PQsslInUse(made)) return "none";
  const char* version = PQsslAttribute(made, "protocol");
  const std::string mode = route.sslmode.empty() ? "prefer" : route.sslmode;
  std::string out = std::string(version ? version : "TLS") + ", sslmode " + mode;
  return route.sslrootcert.empty() ? out : out + ", authorities " + route.sslrootcert;
}

// What libpq really did is looked at, not what it was told.
postgres_peer peer_of(PGconn* made, const postgres_route& route, const std::string& name) {
  const bool open = !PQsslInUse(made) && !PQgssEncInUse(made);
  postgres_peer out{name, tls_of(made, route),
                    open && (route.remote || leaves_this_host(PQsocket(made)))};
  if (out.plaintext && route.sslmode != "disable")
    fail(name + ": server does not support SSL, and is not this host");
  return out;
}

// The password is not among the options: it lives as long as the call that uses it.
struct parameters {
  std::vector<const char*> names, values;
  void add(const char* name, const char* value) {
    if (*value == '\0') return;
    names.push_back(name);
    values.push_back(value);
  }
};

parameters parameters_of(const postgres_plan& plan, const postgres_route& route,
                         const std::string& address, const secret::buffer& password) {
  parameters out;
  for (const auto& [name, value] : plan.options.all())
    if (name != "password" || !password) out.add(name.c_str(), value.c_str());
  out.add("host", route.host.c_str());
  out.add("hostaddr", address.c_str());
  out.add("port", route.port.c_str());
  out.add("sslmode", route.sslmode.c_str());
  out.add("sslrootcert", route.sslrootcert.c_str());
  if (password)
    out.add("password",
            reinterpret_cast<const char*>(password.reveal(secret::purpose::wire).data()));
  out.names.push_back(nullptr);
  out.values.push_back(nullptr);
  return out;
}

// The server's warnings, which libpq would write to standard error as they come.
void log_notice(void*, const PGresult* notice) {
  log::warning("store_notice", {{"text", one_line(PQresultErrorMessage(notice))}});
}

bool ready(int socket, short events, clock::time_point end) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(end - clock::now());
    if (left <= left.zero()) return false;
    pollfd watched{socket, events, 0};
    if (poll(&watched, 1, static_cast<int>(left.count())) > 0) return true;
  }
}

// Most of libpq's texts name the host themselves.
std::string reason_of(PGconn* failed, const std::string& name) {
  const std::string text = one_line(PQerrorMessage(failed));
  return text.starts_with("connection to server") ? text : name + ": " + text;
}

postgres_handle dial(const parameters& given, const std::string& name, clock::time_point end) {
  postgres_handle made(PQconnectStartParams(given.names.data(), given.values.data(), 0), &PQfinish);
  if (!made) throw std::bad_alloc();
  PQsetNoticeReceiver(made.get(), &log_notice, nullptr);
  auto next = PQstatus(made.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (next != PGRES_POLLING_OK && next != PGRES_POLLING_FAILED) {
    const short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!ready(PQsocket(made.get()), events, end)) fail(name + ": it does not answer in time");
    next = PQconnectPoll(made.get());
  }
  if (next == PGRES_POLLING_FAILED) fail(reason_of(made.get(), name));
  return made;
}

clock::time_point share(clock::time_point end, std::size_t among) {
  const auto now = clock::now();
  return now + (end - now) / static_cast<clock::rep>(among);
}

milliseconds time_for_a_host(const postgres_plan& plan, const postgres_target& target) {
  const int said = std::atoi(plan.options.text("connect_timeout").c_str());
  return said > 0 ? milliseconds(std::chrono::seconds(said)) : target.connect_timeout;
}

}  // namespace

postgres_dialer::postgres_dialer(postgres_target target) : target_(std::move(target)) {
  static_cast<void>(plan_of(target_));
}

postgres_dialer::dialed postgres_dialer::connect(clock::time_point end) {
  std::string reasons;
  try {
    const postgres_plan plan = plan_of(target_);
    const std::size_t count = plan.routes.size(), first = good_ < count ? good_.load() : 0;
    const milliseconds time = time_for_a_host(plan, target_);
    for (std::size_t i = 0; i < count; ++i) {
      // the good one, then the others in their order
      const std::size_t index = i == 0 ? first : (i <= first ? i - 1 : i);
      const auto until = std::min(share(end, count - i), clock::now() + time);
      try {
        auto made = try_route(plan, plan.routes[index], until);
        good_ = index;
        return made;
      } catch (const pqxx::broken_connection& error) {
        reasons += (reasons.empty() ? "" : "; ") + std::string(error.what());
      }
    }
  } catch (const start_error& error) { reasons = error.what(); } catch (const std::bad_alloc&) {
    reasons = "there is no memory left to connect";
  }
  fail(reasons);
}

postgres_dialer::dialed postgres_dialer::try_route(const postgres_plan& plan,
                                                   const postgres_route& route,
                                                   clock::time_point end) {
  name_lookup::outcome found{{route.hostaddr}, ""};
  const bool named =
      route.hostaddr.empty() && !route.host.empty() && route.host[0] != '/' && route.host[0] != '@';
  if (named) found = names_.find(route.host, end);
  if (!route.remote)
    std::erase_if(found.addresses,
                  [](const std::string& one) { return !one.empty() && !is_loopback(one); });
  if (found.addresses.empty())
    fail("no address of " + route.host + ": " +
         (found.error.empty() ? "none of loopback" : found.error));
  const secret::buffer password = target_.password ? target_.password() : secret::buffer();
  std::string reasons;
  for (std::size_t i = 0; i < found.addresses.size(); ++i) {
    const std::string &address = found.addresses[i], name = name_of(route, address);
    try {
      auto made = dial(parameters_of(plan, route, address, password), name,
                       share(end, found.addresses.size() - i));
      auto peer = peer_of(made.get(), route, name);
      return {std::move(made), std::move(peer)};
    } catch (const pqxx::broken_connection& error) {
      reasons += (reasons.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  fail(reasons);
}

}  // namespace coffer::store
