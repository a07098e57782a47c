// S3: what is told of a database's URL, and which URLs are refused for what they would tell.
#include "store/postgres_url.hpp"

#include <boost/test/unit_test.hpp>

#include "error/start_error.hpp"

using namespace coffer;
using store::check_url;
using store::without_password;

namespace {

std::string refusal_of(const std::string& url) {
  try {
    check_url(url);
    return "";
  } catch (const start_error& error) { return error.what(); }
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(S3_postgres_url)

// Head and Tail are the pieces of one password, which stands there as it is.
BOOST_AUTO_TEST_CASE(no_piece_of_a_password_is_told) {
  for (const std::string between :
       {"@",  "/",  ":",  "?",   "#",      "%",       "%4",           "@/", "/@",
        "?@", "@?", "/?", "?x=", "?user=", "@?host=", "/?user=",      "&",  "&host=",
        "=",  ",",  "[",  "]",   " ",      "@h/",     "@h?password=", "%40"})
    for (const std::string end : {"@127.0.0.1:1/coffer", "@db.example/coffer?sslmode=disable"}) {
      const std::string url = "postgresql://app:Head" + between + "Tail" + end;
      const std::string all = refusal_of(url) + without_password(url);
      BOOST_TEST(!holds(refusal_of(url), "Head"), url);
      BOOST_TEST(!holds(refusal_of(url), "Tail"), url);
      if (refusal_of(url).empty()) {
        BOOST_TEST(!holds(without_password(url), "Head"), url);
        BOOST_TEST(!holds(without_password(url), "Tail"), url);
      }
    }
}

BOOST_AUTO_TEST_CASE(a_password_with_an_unescaped_at_or_slash_is_refused) {
  for (const char* url :
       {"postgresql://app:He@Ta@h/db", "postgresql://app:He/Ta@h/db", "postgresql://app:1/Ta@h/db",
        "postgresql://app:1/2?user=Ta@h/db", "postgresql://app:a@b?host=c@h:1/db",
        "postgresql://app:He/Ta@h", "postgresql://app:He%Ta@h/db"})
    BOOST_TEST(holds(refusal_of(url), "percent-encoded"), url);
}

BOOST_AUTO_TEST_CASE(what_libpq_reads_as_it_was_meant_is_taken) {
  for (const char* url :
       {"postgresql://", "postgres://u@h/db", "postgresql:///db?host=/run/postgresql",
        "postgresql://u:a%40b@h:1,h2:2/db", "postgresql://u:He#Ta:x@h/db",
        "postgresql://[::1]:5432/db", "postgresql://h/db?user=me@realm&password=a@b/c:d",
        "postgresql://%2Frun%2Fpg:5432/db", "postgresql:///db?host=@abstract",
        "postgresql://u@/db?options=-csearch_path%3Dpublic%20-cwork_mem%3D1MB"})
    BOOST_TEST(refusal_of(url) == "", url);
}

BOOST_AUTO_TEST_CASE(ports_and_unknown_parameters_are_named_for_what_they_are) {
  for (const char* url : {"postgresql://u@h:99999/db", "postgresql://u@h:0/db",
                          "postgresql://u@h:1,h:x2/db", "postgresql://app:He/db"})
    BOOST_TEST(holds(refusal_of(url), "a port"), url);
  BOOST_TEST(holds(refusal_of("postgresql://u:p@h/db?schema=public"), "know: schema;"));
  BOOST_TEST(!holds(refusal_of("postgresql://u:p@h/db?Ta=il@h/x"), "Ta="));
}

BOOST_AUTO_TEST_CASE(people_are_told_all_but_secrets) {
  const auto told = [](const char* url) { return without_password(url); };
  BOOST_TEST(told("postgres://u:s3cret@h:1,[::1]:2/db") == "postgresql://u@h:1,[::1]:2/db");
  BOOST_TEST(told("postgresql://u@h/db?password=s3cret&sslpassword=s3cret&sslmode=require") ==
             "postgresql://u@h/db?sslmode=require");
  BOOST_TEST(told("postgresql:///db?host=/run/pg&port=5433") ==
             "postgresql:///db?host=/run/pg&port=5433");
  BOOST_TEST(told("postgresql://u:p%zz@h/db") == "postgresql://…");
}

BOOST_AUTO_TEST_CASE(a_password_is_seen_wherever_it_stands) {
  for (const char* url :
       {"postgresql://u:p@h/db", "postgresql://h/db?password=p", "postgresql://h/db?sslpassword=p"})
    BOOST_TEST(store::holds_password(url), url);
  BOOST_TEST(!store::holds_password("postgresql://u@h/db?passfile=/p"));
}

BOOST_AUTO_TEST_SUITE_END()
