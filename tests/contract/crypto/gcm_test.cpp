#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "tests/contract/crypto/gcm_case.hpp"
#include "tests/open_arena.hpp"

using namespace coffer::tests;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  BOOST_TEST_REQUIRE(file.good(), path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct tally {
  int in_profile = 0;
  int other = 0;
  int valid = 0;
};

// CAVP response files: sections "[IVlen = 96]", then cases of "Name = hex" and perhaps "FAIL".
class cavp_reader {
 public:
  explicit cavp_reader(const std::string& path) : lines_(content_of(path)) {}

  tally check_all() {
    for (std::string line; std::getline(lines_, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.starts_with('[')) section(line.substr(1, line.size() - 2));
      if (line.starts_with("Count")) finish();
      if (line == "FAIL") failed_ = true;
      const auto equals = line.find(" =");
      if (equals != std::string::npos)
        fields_[line.substr(0, equals)] = line.substr(std::min(line.size(), equals + 3));
    }
    finish();
    return tally_;
  }

 private:
  void section(const std::string& line) {
    finish();
    const auto equals = line.find(" = ");
    sizes_[line.substr(0, equals)] = line.substr(equals + 3);
  }

  void finish() {
    const auto fields = std::exchange(fields_, {});
    const bool valid = !std::exchange(failed_, false);
    if (!fields.contains("Key")) return;
    if (sizes_["IVlen"] != "96" || sizes_["Taglen"] != "128") {
      ++tally_.other;
      return;
    }
    const auto field = [&](const char* name) {
      return fields.contains(name) ? from_hex(fields.at(name)) : bytes();
    };
    const gcm_case one{fields.at("Count"), field("Key"), field("IV"),  field("AAD"),
                       field("PT"),        field("CT"),  field("Tag"), valid};
    BOOST_TEST(holds(one), "case " << one.name);
    ++tally_.in_profile;
    tally_.valid += valid;
  }

  std::istringstream lines_;
  std::map<std::string, std::string> sizes_, fields_;
  bool failed_ = false;
  tally tally_;
};

constexpr const char* cavp = "/usr/lib/python3/dist-packages/cryptography_vectors/ciphers/AES/GCM/";

}  // namespace

BOOST_TEST_GLOBAL_FIXTURE(open_arena);

BOOST_AUTO_TEST_SUITE(S2_aes_256_gcm)

BOOST_AUTO_TEST_CASE(nist_cavp_decrypt) {
  const tally found = cavp_reader(std::string(cavp) + "gcmDecrypt256.rsp").check_all();
  BOOST_TEST(found.in_profile == 375);
  BOOST_TEST(found.valid > 150);
  BOOST_TEST(found.valid < 375);
  BOOST_TEST(found.in_profile + found.other == 7875);
}

BOOST_AUTO_TEST_CASE(nist_cavp_encrypt) {
  const tally found = cavp_reader(std::string(cavp) + "gcmEncryptExtIV256.rsp").check_all();
  BOOST_TEST(found.in_profile == 375);
  BOOST_TEST(found.valid == 375);
  BOOST_TEST(found.in_profile + found.other == 7875);
}

BOOST_AUTO_TEST_CASE(wycheproof) {
  const auto document = boost::json::parse(
      content_of(COFFER_SOURCE_DIR "/tests/contract/crypto/wycheproof_aes_gcm_256.json"));
  int valid = 0, invalid = 0;
  for (const auto& item : document.at("tests").as_array()) {
    const auto text = [&](const char* name) { return std::string(item.at(name).as_string()); };
    const gcm_case one{std::to_string(item.at("tcId").as_int64()),
                       from_hex(text("key")),
                       from_hex(text("iv")),
                       from_hex(text("aad")),
                       from_hex(text("msg")),
                       from_hex(text("ct")),
                       from_hex(text("tag")),
                       text("result") == "valid"};
    BOOST_TEST(holds(one), "case " << one.name << ", " << text("comment"));
    ++(one.valid ? valid : invalid);
  }
  BOOST_TEST(valid == 39);
  BOOST_TEST(invalid == 27);
}

BOOST_AUTO_TEST_SUITE_END()
