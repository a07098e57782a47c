#include <boost/test/unit_test.hpp>
#include <functional>
#include <set>

#include "tests/contract/vectors/vector_runner.hpp"

using namespace coffer;
using namespace coffer::vectors;

namespace {

constexpr std::size_t cases_min = 770;

std::string shown(const std::vector<std::string>& mismatches) {
  std::string out;
  for (const auto& one : mismatches) out += one + "; ";
  return out;
}

std::set<std::string> names() {
  std::set<std::string> out;
  for (const auto& one : load_cases()) out.insert(one.name);
  return out;
}

using wrong_expectation = std::pair<const char*, std::function<void(vector_case&)>>;

// Each case passes as its file has it, and fails once it is spoiled.
void expect_noticed(const std::vector<wrong_expectation>& wrongs) {
  for (std::size_t i = 0; i < wrongs.size(); ++i) {
    const auto& [name, spoil] = wrongs[i];
    auto one = load_case(vectors_folder() / "cases" / (std::string(name) + ".json"));
    BOOST_TEST(run(one).empty(), name);
    spoil(one);
    BOOST_TEST(!run(one).empty(), name << ": expectation " << i);
  }
}

boost::json::object other_secret() { return {{"secret_hex", "00"}}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(vectors)

BOOST_AUTO_TEST_CASE(each_case_passes) {
  for (const auto& one : load_cases())
    BOOST_TEST(shown(run(one)) == "", one.name << ": " << shown(run(one)));
}

BOOST_AUTO_TEST_CASE(all_promised_cases_are_there) {
  BOOST_TEST(load_cases().size() == promised_count());
  BOOST_TEST(promised_count() >= cases_min);
}

BOOST_AUTO_TEST_CASE(canary_fails) {
  const auto canary = load_case(vectors_folder() / "canary_must_fail.json");
  BOOST_TEST(shown(run(canary)) == "integration differs; ");
}

// A canary for each kind of expectation: a runner that stops comparing one of them fails here.
BOOST_AUTO_TEST_CASE(each_wrong_expectation_of_a_case_is_noticed) {
  expect_noticed({
      {"fetch_name_truncated", [](auto& one) { one.outcome = "trailing_bytes"; }},
      {"fetch_name_truncated", [](auto& one) { one.outcome = "ok"; }},
      {"fetch_name_truncated", [](auto& one) { one.field = "integration"; }},
      {"fetch_name_missing", [](auto& one) { one.field = "company"; }},
      {"fetch_name_missing", [](auto& one) { one.field.reset(); }},
      {"fetch_request", [](auto& one) { one.request_id = 8; }},
      {"fetch_request", [](auto& one) { one.request_id.reset(); }},
      {"fetch_request", [](auto& one) { one.op = "integration_show"; }},
      {"fetch_request", [](auto& one) { one.kind = "reply"; }},
      {"fetch_request", [](auto& one) { one.canonical = false; }},
      {"fetch_request", [](auto& one) { one.message.reset(); }},
      {"fetch_request_unknown_after", [](auto& one) { one.canonical = true; }},
      {"run_list_reply_record_agent_missing", [](auto& one) { one.field = "agent"; }},
      {"two_frames", [](auto& one) { one.frames.pop_back(); }},
      {"frame_one_byte_short", [](auto& one) { one.missing = 2; }},
      {"frame_one_byte_short", [](auto& one) { one.missing.reset(); }},
      {"unknown_operation_7f", [](auto& one) { one.outcome = "malformed_frame"; }},
      {"fetch_request_1025_bytes", [](auto& one) { one.side = "client"; }},
  });
}

BOOST_AUTO_TEST_CASE(each_wrong_field_of_a_message_is_noticed) {
  expect_noticed({
      {"fetch_request", [](auto& one) { one.message->erase("company"); }},
      {"fetch_request", [](auto& one) { (*one.message)["after"] = "github"; }},
      {"fetch_reply", [](auto& one) { (*one.message)["value"] = other_secret(); }},
      {"fetch_reply", [](auto& one) { (*one.message)["version"] = 5; }},
      {"fetch_reply", [](auto& one) { (*one.message)["freshness"] = "stale"; }},
      {"fetch_reply_fell_forward", [](auto& one) { one.message->erase("fell_forward"); }},
      {"ticket_redeem_request", [](auto& one) { (*one.message)["ticket"] = other_secret(); }},
      {"list_reply", [](auto& one) { (*one.message)["next"] = "github"; }},
  });
}

BOOST_AUTO_TEST_CASE(each_wrong_record_of_a_list_is_noticed) {
  const auto record = [](vector_case & one, const char* list, std::size_t place) -> auto& {
    return (*one.message)[list].at(place).as_object();
  };
  expect_noticed({
      {"list_reply_several",
       [](auto& one) { (*one.message)["integrations"].as_array().pop_back(); }},
      {"run_list_reply_200_records",
       [](auto& one) { (*one.message)["runs"].as_array().pop_back(); }},
      {"list_reply_several", [=](auto& one) { record(one, "integrations", 0)["version"] = 5; }},
      {"list_reply_several", [=](auto& one) { record(one, "integrations", 1).erase("label"); }},
      {"run_list_reply_several", [=](auto& one) { record(one, "runs", 2)["agent"] = "other"; }},
      {"token_list_reply_several",
       [=](auto& one) { record(one, "tokens", 1).erase("revoked_at"); }},
      {"audit_list_reply_several",
       [=](auto& one) { record(one, "records", 0)["company"] = "cmp_acme"; }},
      {"audit_verify_reply_several",
       [=](auto& one) { record(one, "chains", 0)["intact"] = false; }},
      {"policy_explain_reply_several",
       [=](auto& one) { record(one, "verdicts", 0)["reason"] = ""; }},
  });
}

BOOST_AUTO_TEST_CASE(every_operation_has_both_its_messages) {
  const auto all = names();
  std::size_t operations = 0;
  for (const auto& row : protocol::operations) {
    std::string name(row.name);
    if (name.starts_with("integration_")) name.erase(0, std::string("integration_").size());
    BOOST_TEST(all.contains(name + "_request"), name);
    BOOST_TEST(all.contains(name + "_reply"), name);
    ++operations;
  }
  BOOST_TEST(operations == 27u);
}

BOOST_AUTO_TEST_CASE(every_error_has_a_case_with_its_code_and_name) {
  const auto all = names();
  for (const auto& row : error_descriptions) {
    const auto name = "error_" + std::string(row.name);
    BOOST_TEST_REQUIRE(all.contains(name), name);
    const auto one = load_case(vectors_folder() / "cases" / (name + ".json"));
    BOOST_TEST(one.message->at("code").to_number<unsigned>() == static_cast<unsigned>(row.code));
    BOOST_TEST(one.message->at("name").as_string() == row.name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
