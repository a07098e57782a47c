#include "store/postgres_failure.hpp"

namespace coffer::store {
namespace {

struct known_failure {
  std::string_view text;  // a part of libpq's or the server's
  std::string_view advice;
};

// The first one that fits: what is more special stands in front.
constexpr known_failure known[] = {
    {"server does not support SSL",
     "it offers no TLS, which is demanded: switch it on there (ssl = on); sslmode=disable asks for"
     " plaintext"},
    {"certificate verify failed",
     "its certificate has expired, or no authority that is trusted here has signed it: name the"
     " authority's file with sslrootcert in DATABASE_URL, or PGSSLROOTCERT"},
    {"does not match host name",
     "its certificate is for another name: connect by one that stands in it; sslmode=verify-ca"
     " takes any name"},
    {"could not get server's host name from server certificate",
     "its certificate names no host: give it a subjectAltName; sslmode=verify-ca takes any name"},
    {"root certificate file",
     "sslrootcert must name a file of authorities, in PEM, that this user can read"},
    {"certificate revocation list", "sslcrl must name a file that this user can read"},
    {"private key file", "sslkey must name the client's key, which only its owner may read"},
    {"could not read certificate file", "sslcert must name the client's certificate, in PEM"},
    {"valid client certificate", "it demands a client's certificate: sslcert and sslkey"},
    {"certificate required", "it demands a client's certificate: sslcert and sslkey"},
    {"invalid response to SSL negotiation",
     "what answers there is no PostgreSQL: correct the port"},
    {"unsupported protocol",
     "both sides have no version of TLS in common: see ssl_min_protocol_version"},
    {"protocol version",
     "both sides have no version of TLS in common: see"
     " ssl_min_protocol_version"},
    {"channel binding", "channel binding needs TLS and SCRAM: see channel_binding"},
    {"no encryption",
     "it takes this role only by TLS, or not from here: sslmode=verify-full, or"
     " its pg_hba.conf"},
    {"SSL error", "TLS failed: look into the log of the server, too"},
    {"session is read-only",
     "none of the hosts takes writes: promote one, or reset default_transaction_read_only"},
    {"server is in hot standby", "none of the hosts takes writes: promote one"},
    {"password authentication failed",
     "correct the password: --database-password-source, PGPASSFILE or PGPASSWORD"},
    {"no password supplied", "name the password's file: --database-password-source, or PGPASSFILE"},
    {"no address of", "correct the host in DATABASE_URL, or the resolver of this host"},
    {"too many clients", "raise max_connections, or lower workers of the daemons"},
    {"too many connections", "raise the limit of the role or the database"},
};

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  for (const char one : text) {
    const auto byte = static_cast<unsigned char>(one);
    const bool blank = byte <= ' ' || byte == 0x7F;
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : one;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string advice_for(std::string_view text) {
  for (const known_failure& one : known)
    if (text.find(one.text) != text.npos) return std::string(one.advice);
  return "";
}

}  // namespace coffer::store
