#include "keys/key_source.hpp"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "error/start_error.hpp"
#include "keys/key_text.hpp"
#include "tests/open_arena.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffer;
using coffer::keys::slot;
using coffer::tests::open_arena;
using coffer::tests::temporary_folder;
BOOST_TEST_GLOBAL_FIXTURE(open_arena);

namespace {

std::string text_of(const secret::buffer& key) {
  const auto bytes = key.reveal(secret::purpose::key_load);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string parsed(const std::string& content) {
  try {
    return text_of(keys::parse_key(std::as_bytes(std::span(content)), "here"));
  } catch (const start_error& error) { return std::string("refused: ") + error.what(); }
}

bool refused(const std::string& content) { return parsed(content).starts_with("refused: "); }

std::string line_of(const std::string& uri) {
  try {
    keys::open_key_source(uri);
    return "";
  } catch (const start_error& error) { return error.what(); }
}

secret::buffer key_of(unsigned char fill) {
  secret::buffer made(keys::master_key_size);
  for (std::byte& byte : made.reveal(secret::purpose::key_load)) byte = std::byte{fill};
  return made;
}

crypto::key_id id_of(const secret::buffer& made) { return crypto::derive_key_id(made); }

// "none" for an empty slot.
std::string text_in(keys::key_source& source, const slot& from) {
  const auto found = source.read(from);
  if (!found) return found.error().text;
  return *found ? text_of(**found) : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(K2_key_forms)

const std::string hex = "303132333435363738396162636465666768696a6b6c6d6e6f707172737475fb";
const std::string base64 = "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dfs=";
const std::string key = "0123456789abcdefghijklmnopqrstu\xfb";

BOOST_AUTO_TEST_CASE(raw_hex_and_base64_give_the_same_key) {
  for (const auto& form : {key, hex, base64}) BOOST_TEST(parsed(form) == key);
}

BOOST_AUTO_TEST_CASE(text_is_taken_as_editors_and_shells_leave_it) {
  for (const std::string& text : {hex, base64, base64.substr(0, 43)})
    for (const auto& form : {text + "\n", text + "\r\n", text + " \n", "\xef\xbb\xbf" + text,
                             "\t" + text + "\n\n", "\xef\xbb\xbf" + text + "\r\n"})
      BOOST_TEST(parsed(form) == key);
  BOOST_TEST(parsed("303132333435363738396162636465666768696A6B6C6D6E6F707172737475FB") == key);
}

BOOST_AUTO_TEST_CASE(base64_may_be_of_the_url_alphabet_and_without_padding) {
  const std::string bytes(32, '\xfb');
  BOOST_TEST(parsed("+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=") == bytes);
  BOOST_TEST(parsed("-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s") == bytes);
}

BOOST_AUTO_TEST_CASE(everything_else_is_refused_with_its_length) {
  BOOST_TEST(parsed(std::string(31, 'k')).find("has 31 bytes") != std::string::npos);
  BOOST_TEST(refused(std::string(33, 'k')));
  BOOST_TEST(refused(hex.substr(1) + "g"));
  BOOST_TEST(refused(hex.substr(0, 32) + " " + hex.substr(32)));
  BOOST_TEST(refused(""));
  BOOST_TEST(refused("MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ="));  // bits in the padding
  BOOST_TEST(refused("MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXYA"));  // no padding
  BOOST_TEST(refused("MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3Bxc.n0dXY="));  // no such digit
}

BOOST_AUTO_TEST_CASE(half_a_key_in_hex_and_other_text_of_32_bytes_is_refused_as_such) {
  for (const auto& text : {hex.substr(0, 32), hex.substr(0, 31) + "\n",
                           std::string("correct horse battery staple 123")})
    BOOST_TEST(parsed(text).find("is text of 32 characters") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(zeros_are_refused_in_every_form) {
  for (const auto& zeros : {std::string(32, '\0'), std::string(64, '0'), std::string(43, 'A')})
    BOOST_TEST(parsed(zeros).find("nothing but zeros") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(other_schemes_say_what_there_is) {
  BOOST_TEST(line_of("ftp://x").find("\"ftp\"") != std::string::npos);
  BOOST_TEST(line_of("file://relative").find("not absolute") != std::string::npos);
  BOOST_TEST(line_of("env://").find("name of a variable") != std::string::npos);
  BOOST_TEST(line_of("credential://a/b").find("credential's name") != std::string::npos);
  BOOST_TEST(line_of("file:///x") == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(K2_env_and_credential)

BOOST_AUTO_TEST_CASE(env_is_read_once_and_erased) {
  char variable[] =
      "COFFER_TEST_KEY=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  putenv(variable);  // the string itself becomes part of the environment
  const auto source = keys::open_key_source("env://COFFER_TEST_KEY");
  BOOST_TEST(text_in(*source, slot::current()) == std::string(32, '\xaa'));
  BOOST_TEST(getenv("COFFER_TEST_KEY") == nullptr);
  BOOST_TEST(std::string(variable + 16) == "");  // overwritten where it stood
  const auto again = source->read(slot::current());
  BOOST_TEST_REQUIRE(again.has_error());
  BOOST_TEST(again.error().text.find("erased") != std::string::npos);
  BOOST_TEST(text_in(*source, slot::pending()) == "none");
}

BOOST_AUTO_TEST_CASE(credentials_come_from_systemds_folder) {
  const temporary_folder folder;
  const auto source = keys::open_key_source("credential://master-key");
  unsetenv("CREDENTIALS_DIRECTORY");
  BOOST_TEST(source->read(slot::current()).has_error());
  setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  const auto old = id_of(key_of(2));
  for (const auto& [name, fill] : {std::pair{std::string("master-key"), '\xcc'},
                                   {"master-key.pending", '\xcd'},
                                   {"master-key.archive." + crypto::to_hex(old), '\x02'}}) {
    std::ofstream(folder.file(name)) << std::string(32, fill);
    chmod(folder.file(name).c_str(), 0400);
  }
  BOOST_TEST(text_in(*source, slot::current()) == std::string(32, '\xcc'));
  BOOST_TEST(text_in(*source, slot::pending()) == std::string(32, '\xcd'));
  BOOST_TEST(text_in(*source, slot::archive(old)) == std::string(32, '\x02'));
  BOOST_TEST(text_in(*keys::open_key_source("credential://other"), slot::current()) == "none");
  unsetenv("CREDENTIALS_DIRECTORY");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_says_what_to_do) {
  for (const auto& [uri, write, remove] :
       {std::tuple{"env://COFFER_TEST_KEY", "openssl rand -hex 32", "where it is set"},
        {"credential://master-key", "systemd-creds encrypt --name=master-key.pending",
         "LoadCredentialEncrypted="}}) {
    const auto source = keys::open_key_source(uri);
    BOOST_TEST(!source->writable());
    const auto written = source->write(slot::pending(), key_of(1), std::nullopt);
    BOOST_TEST_REQUIRE(written.has_error());
    BOOST_TEST((written.error().code == errc::key_unavailable));
    BOOST_TEST(written.error().text.find(write) != std::string::npos, written.error().text);
    const auto removed = source->remove(slot::pending());
    BOOST_TEST_REQUIRE(removed.has_error());
    BOOST_TEST(removed.error().text.find(remove) != std::string::npos, removed.error().text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
