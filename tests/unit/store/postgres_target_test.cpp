// S4: which servers a target leads to and how they are spoken to, by what libpq will really use.
#include "store/postgres_target.hpp"

#include <stdlib.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "error/start_error.hpp"
#include "store/postgres_failure.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffer;
using store::plan_of;

namespace {

// Variables of the environment for the length of a test, and a home without certificates.
class environment {
 public:
  environment() { set("HOME", home.path()); }
  ~environment() {
    for (const std::string& name : names_) unsetenv(name.c_str());
  }
  void set(const std::string& name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
    names_.push_back(name);
  }

  tests::temporary_folder home;

 private:
  std::vector<std::string> names_;
};

store::postgres_plan of(const std::string& url) { return plan_of({.url = url}); }
store::postgres_route first(const std::string& url) { return of(url).routes.front(); }

std::string refusal_of(const std::string& url) {
  try {
    of(url);
    return "";
  } catch (const start_error& error) { return error.what(); }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(S4_postgres_target, environment)

BOOST_AUTO_TEST_CASE(only_sockets_and_loopback_addresses_are_this_host) {
  for (const char* url :
       {"postgresql:///c", "postgresql:///c?host=/run/postgresql", "postgresql:///c?host=@a",
        "postgresql://localhost/c", "postgresql://127.0.0.1/c", "postgresql://127.9.9.9/c",
        "postgresql://[::1]/c", "postgresql://[::ffff:127.0.0.1]/c",
        "postgresql://localhost/c?hostaddr=127.0.0.1"}) {
    BOOST_TEST(!first(url).remote, url);
    BOOST_TEST(first(url).sslmode == "", url);
  }
  for (const char* url :
       {"postgresql://db.example/c", "postgresql://127.0.0.1.db.example/c", "postgresql://127.1/c",
        "postgresql://localhost.example/c", "postgresql://192.0.2.7/c", "postgresql://[fe80::1]/c",
        "postgresql://[::ffff:192.0.2.7]/c", "postgresql://0.0.0.0/c",
        "postgresql://db.example/c?hostaddr=127.0.0.1",
        "postgresql://localhost/c?hostaddr=192.0.2.7", "postgresql:///c?hostaddr=192.0.2.7"}) {
    BOOST_TEST(first(url).remote, url);
    BOOST_TEST(first(url).sslmode == "verify-full", url);
  }
}

BOOST_AUTO_TEST_CASE(an_address_without_a_name_is_what_certificates_are_checked_for) {
  BOOST_TEST(first("postgresql:///c?hostaddr=192.0.2.7").host == "192.0.2.7");
  BOOST_TEST(first("postgresql://db.example/c?hostaddr=192.0.2.7").host == "db.example");
}

BOOST_AUTO_TEST_CASE(the_host_counts_wherever_it_is_named) {
  set("PGSERVICEFILE", home.file("services"));
  std::ofstream(home.file("services"))
      << "[far]\nhost=192.0.2.7\nport=77\n[plain]\nhost=192.0.2.7\nsslmode=disable\n";
  BOOST_TEST(first("postgresql:///c?service=far").sslmode == "verify-full");
  BOOST_TEST(first("postgresql:///c?service=far").port == "77");
  BOOST_TEST(first("postgresql:///c?service=plain").sslmode == "disable");
  set("PGSERVICE", "far");
  BOOST_TEST(first("postgresql:///c").remote);
  unsetenv("PGSERVICE");
  set("PGHOST", "db.example");
  BOOST_TEST(first("postgresql:///c").sslmode == "verify-full");
  set("PGHOST", "localhost");
  set("PGHOSTADDR", "192.0.2.7");
  BOOST_TEST(first("postgresql:///c").sslmode == "verify-full");
}

BOOST_AUTO_TEST_CASE(plaintext_to_another_host_wants_sslmode_disable) {
  const std::string url = "postgresql://db.example/c";
  const auto with = [&](const std::string& mode) {
    return first(url + "?sslmode=" + mode).sslmode;
  };
  BOOST_TEST(with("disable") == "disable");
  BOOST_TEST(with("allow") == "require");
  BOOST_TEST(with("prefer") == "require");
  BOOST_TEST(with("require") == "require");
  BOOST_TEST(with("verify-ca") == "verify-ca");
  BOOST_TEST(first("postgresql:///c?sslmode=prefer").sslmode == "prefer");
  set("PGSSLMODE", "prefer");
  BOOST_TEST(first(url).sslmode == "require");
  set("PGSSLMODE", "disable");
  BOOST_TEST(first(url).sslmode == "disable");
  BOOST_TEST(with("verify-full") == "verify-full");
  unsetenv("PGSSLMODE");
  set("PGREQUIRESSL", "1");
  BOOST_TEST(first(url).sslmode == "require");
}

BOOST_AUTO_TEST_CASE(authorities_are_those_named_or_the_users_or_the_systems) {
  const std::string url = "postgresql://db.example/c",
                    system = "/etc/ssl/certs/ca-certificates.crt";
  BOOST_TEST(first(url).sslrootcert == system);
  BOOST_TEST(first(url + "?sslrootcert=/ca.crt").sslrootcert == "/ca.crt");
  BOOST_TEST(first(url + "?sslmode=require").sslrootcert == "");
  BOOST_TEST(first("postgresql:///c").sslrootcert == "");
  set("PGSSLROOTCERT", "/other.crt");
  BOOST_TEST(first(url).sslrootcert == "/other.crt");
  BOOST_TEST(first(url + "?sslrootcert=/ca.crt").sslrootcert == "/ca.crt");
  unsetenv("PGSSLROOTCERT");
  std::filesystem::create_directory(home.file(".postgresql"));
  std::ofstream(home.file(".postgresql/root.crt")) << "x";
  BOOST_TEST(first(url).sslrootcert == home.file(".postgresql/root.crt"));
}

BOOST_AUTO_TEST_CASE(each_host_of_a_list_is_judged_by_itself) {
  const auto routes =
      of("postgresql://one.example:1,127.0.0.1:2,[::1]:3/c?hostaddr=192.0.2.1,,").routes;
  BOOST_TEST_REQUIRE(routes.size() == 3u);
  BOOST_TEST(routes[0].sslmode == "verify-full");
  BOOST_TEST(routes[0].hostaddr == "192.0.2.1");
  BOOST_TEST(routes[0].port == "1");
  BOOST_TEST(routes[1].sslmode == "");
  BOOST_TEST(routes[1].host == "127.0.0.1");
  BOOST_TEST(routes[2].host == "::1");
  BOOST_TEST(routes[2].port == "3");
  BOOST_TEST(of("postgresql://a,b,c/c?port=7").routes[2].port == "7");
}

BOOST_AUTO_TEST_CASE(what_is_said_goes_over_what_is_usual_here) {
  BOOST_TEST(of("postgresql:///c").options.text("target_session_attrs") == "read-write");
  BOOST_TEST(of("postgresql:///c?target_session_attrs=any").options.text("target_session_attrs") ==
             "any");
  BOOST_TEST(of("postgresql:///c").options.text("gssencmode") == "disable");
  BOOST_TEST(of("postgresql:///c?gssencmode=require").options.text("gssencmode") == "require");
  set("PGTARGETSESSIONATTRS", "primary");
  BOOST_TEST(of("postgresql:///c").options.text("target_session_attrs") == "primary");
  set("PGOPTIONS", "-c statement_timeout=1");
  BOOST_TEST(of("postgresql:///c").options.text("options") ==
             "-c statement_timeout=1 -c statement_timeout=0");
  set("PGPASSWORD", "s3cret");
  BOOST_TEST(of("postgresql:///c").options.text("password") == "s3cret");
  BOOST_TEST(of("postgresql://u:other@/c").options.text("password") == "other");
}

BOOST_AUTO_TEST_CASE(what_libpq_would_refuse_is_refused_at_the_start_with_its_reason) {
  const auto says = [](const std::string& url, const char* part) {
    return refusal_of(url).find(part) != std::string::npos;
  };
  BOOST_TEST(says("postgresql://h/c?sslmode=verify_full", "invalid sslmode value"));
  BOOST_TEST(says("postgresql://a:1,b:2,c/c?port=3,4", "port"));
  set("PGSERVICEFILE", home.file("nothing"));
  BOOST_TEST(says("postgresql:///c?service=far", "not found"));
  set("PGSSLMODE", "on");
  BOOST_TEST(says("postgresql://h/c", "invalid sslmode value"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(S4_postgres_failures)

BOOST_AUTO_TEST_CASE(a_text_of_several_lines_becomes_one) {
  BOOST_TEST(store::one_line("failed: FATAL: no\n\tHINT:\r\n  wait\n\n") ==
             "failed: FATAL: no HINT: wait");
  BOOST_TEST(store::one_line("\n") == "");
}

BOOST_AUTO_TEST_CASE(each_failure_of_TLS_has_its_own_advice) {
  const char* texts[] = {
      "failed: server does not support SSL, but SSL was required",
      "failed: SSL error: certificate verify failed",
      "failed: server certificate for \"a\" does not match host name \"b\"",
      "root certificate file \"/x\" does not exist Either provide the file",
      "failed: private key file \"/x\" has group or world access",
      "failed: could not read certificate file \"/x\": no start line",
      "failed: FATAL: connection requires a valid client certificate",
      "failed: received invalid response to SSL negotiation: x",
      "failed: SSL error: unsupported protocol",
      "failed: SSL error: wrong version number",
      "failed: FATAL: no pg_hba.conf entry for host \"h\", user \"u\", no encryption",
      "failed: channel binding required, but SSL not in use"};
  std::vector<std::string> all;
  for (const char* text : texts) {
    all.push_back(store::advice_for(text));
    BOOST_TEST(!all.back().empty(), text);
  }
  std::ranges::sort(all);
  BOOST_TEST((std::ranges::adjacent_find(all) == all.end()));
  BOOST_TEST(store::advice_for("Connection refused") == "");
}

BOOST_AUTO_TEST_SUITE_END()
