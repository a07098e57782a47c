// P8.5, P11.1: the table of rights in protocol/SPEC.md says what the daemon does.
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "dispatch/table.hpp"

using namespace coffer;

namespace {

std::string_view name_of(dispatch::audited trail) {
  switch (trail) {
    case dispatch::audited::no:
      return "no";
    case dispatch::audited::outcome:
      return "outcome";
    case dispatch::audited::change:
      break;
  }
  return "change";
}

std::vector<std::string> rows_of_the_text() {
  std::ifstream in(std::string(COFFER_SOURCE_DIR) + "/protocol/SPEC.md");
  std::vector<std::string> rows;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("| Needed for ")) inside = true;
    if (line.empty()) inside = false;
    if (inside && line.starts_with("| `")) rows.push_back(line);
  }
  return rows;
}

}  // namespace

BOOST_AUTO_TEST_CASE(P8_5_each_operation_has_its_right_and_its_record_in_the_text) {
  std::vector<std::string> expected;
  for (const dispatch::binding& row : dispatch::bindings)
    expected.push_back(
        "| `" + std::string(protocol::find_operation(static_cast<std::uint8_t>(row.code))->name) +
        "` | " + std::string(policy::name_of(row.needed)) + " | " +
        std::string(name_of(row.trail)) + " |");
  const auto said = rows_of_the_text();
  BOOST_TEST(said == expected, boost::test_tools::per_element());
}
