// SPEC.md says the same as the declarations: operations, fields, errors.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "protocol/messages.hpp"

using namespace coffer;
using namespace coffer::protocol;

namespace {

// The text of SPEC.md between the line `heading` and the next heading.
std::string text_under(const std::string& heading) {
  std::ifstream in(std::string(COFFER_SOURCE_DIR) + "/protocol/SPEC.md");
  std::string text;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) inside = line == heading;
    if (inside) text += line + "\n";
  }
  return text;
}

// The rows of its tables: "| a | b |…" each.
std::vector<std::string> rows_under(const std::string& heading) {
  std::istringstream in(text_under(heading));
  std::vector<std::string> rows;
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("| ") && !line.starts_with("| |")) rows.push_back(line);
  return rows;
}

std::string type_name(const identifier&) { return "identifier"; }
std::string type_name(const secret_bytes&) { return "secret"; }
std::string type_name(std::uint64_t) { return "u64"; }
std::string type_name(bool) { return "bool"; }
std::string type_name(freshness) { return "freshness"; }
template <std::size_t Max>
std::string type_name(const text<Max>&) {
  return "text ≤ " + std::to_string(Max);
}

// What SPEC.md calls each kind of record.
template <class Record>
constexpr const char* record_name = nullptr;
template <>
constexpr const char* record_name<integration_record> = "integration record";
template <>
constexpr const char* record_name<run_record> = "run record";
template <>
constexpr const char* record_name<token_record> = "token record";
template <>
constexpr const char* record_name<audit_record> = "audit record";
template <>
constexpr const char* record_name<audit_chain_record> = "chain record";
template <>
constexpr const char* record_name<policy_verdict> = "verdict record";
template <>
constexpr const char* record_name<host_record> = "host record";

template <>
constexpr const char* record_name<grant_record> = "grant record";
template <>
constexpr const char* record_name<company_record> = "company record";

template <class Record>
std::string type_name(const std::vector<Record>&) {
  return std::string("list of ") + record_name<Record> + "s";
}

/// Visits a message's field list and writes the beginning of each field's row.
struct row_writer {
  std::string kind;
  std::vector<std::string>& rows;

  template <class T>
  void operator()(std::uint8_t tag, std::string_view name, const T& value) {
    write(tag, name, type_name(value), "required");
  }
  template <class T>
  void operator()(std::uint8_t tag, std::string_view name, const std::optional<T>&) {
    write(tag, name, type_name(T{}), "optional");
  }
  void write(std::uint8_t tag, std::string_view name, const std::string& type, const char* need) {
    rows.push_back("| " + kind + " | " + std::to_string(tag) + " | `" + std::string(name) + "` | " +
                   type + " | " + need + " |");
  }
};

template <class Message>
void add_rows(const char* kind, std::vector<std::string>& rows) {
  const Message message{};
  row_writer write{kind, rows};
  Message::fields(message, write);
}

void expect_rows(const std::string& heading, const std::vector<std::string>& beginnings) {
  const auto rows = rows_under(heading);
  BOOST_TEST_REQUIRE(rows.size() == beginnings.size(), heading);
  for (std::size_t i = 0; i < rows.size(); ++i)
    BOOST_TEST(rows[i].starts_with(beginnings[i]), rows[i] << " is not " << beginnings[i]);
}

template <class Record>
std::size_t expect_record() {
  std::vector<std::string> rows;
  add_rows<Record>("record", rows);
  expect_rows(std::string("### ") + record_name<Record>, rows);
  return rows.size();
}

// The rows of a reply; where it is described elsewhere, a sentence says so in their place.
template <class Reply>
void add_reply(opcode op, const std::string& heading, std::vector<std::string>& rows) {
  std::string elsewhere;
  if constexpr (record_name<Reply> != nullptr)
    elsewhere = record_name<Reply>;
  else if (op == opcode::ticket_redeem)
    elsewhere = "`narrow`";
  if (elsewhere.empty()) return add_rows<Reply>("reply", rows);
  const std::string text = text_under(heading);
  BOOST_TEST(text.find("The reply is ") != text.npos, heading);
  BOOST_TEST(text.find(elsewhere) != text.npos, heading);
}

std::string hex(opcode code) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto number = static_cast<std::size_t>(code);
  return {'0', 'x', digits[number >> 4], digits[number & 15]};
}

std::string yes_or_no(bool value) { return value ? "yes" : "no"; }

std::string subject_text(const operation& row) {
  if (row.about == subject::none) return "";
  return std::string(row.about == subject::token ? "token" : "integration") +
         (row.uses_subject ? ", used " : " ");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(spec)

BOOST_AUTO_TEST_CASE(operations_are_those_of_the_table) {
  std::vector<std::string> rows{"| Opcode | Operation |"};
  for (const auto& row : operations)
    rows.push_back("| " + hex(row.code) + " | `" + std::string(row.name) + "` | " +
                   std::to_string(row.request_size_max) + " | " + yes_or_no(row.repeatable) +
                   " | " + yes_or_no(row.exclusive) + " | " + subject_text(row) + "| ");
  rows.push_back("| others | | " + std::to_string(request_limit(0xFF)) + " | no | no | |");
  expect_rows("## 5 Operations", rows);
}

BOOST_AUTO_TEST_CASE(fields_are_those_of_the_messages) {
  std::size_t fields = 0;
  for_each_operation([&](opcode op, auto request, auto reply) {
    const auto heading = "### " + std::string(find_operation(static_cast<std::uint8_t>(op))->name);
    std::vector<std::string> rows;
    add_rows<decltype(request)>("request", rows);
    add_reply<decltype(reply)>(op, heading, rows);
    expect_rows(heading, rows);
    fields += rows.size();
  });
  BOOST_TEST(fields >= 120u);
}

BOOST_AUTO_TEST_CASE(records_are_those_of_the_lists) {
  const std::size_t fields = expect_record<integration_record>() + expect_record<run_record>() +
                             expect_record<token_record>() + expect_record<audit_record>() +
                             expect_record<audit_chain_record>() + expect_record<policy_verdict>() +
                             expect_record<host_record>() + expect_record<grant_record>() +
                             expect_record<company_record>();
  BOOST_TEST(fields >= 45u);
}

BOOST_AUTO_TEST_CASE(errors_are_those_of_the_vocabulary) {
  std::vector<std::string> rows;
  add_rows<error_reply>("reply", rows);
  rows.push_back("| Code | Name |");
  for (const auto& row : error_descriptions)
    rows.push_back("| " + std::to_string(static_cast<unsigned>(row.code)) + " | `" +
                   std::string(row.name) + "` | ");
  expect_rows("### error", rows);
  const auto found = rows_under("### error");
  for (std::size_t i = 0; i < error_descriptions.size(); ++i)
    BOOST_TEST(found.at(i + 4).ends_with(" | " + std::string(error_descriptions[i].text) + " |"));
}

BOOST_AUTO_TEST_SUITE_END()
