// Which value of an integration a run sees: a table of cases (R1, R2).
#include "store/sql/visible_value.hpp"

#include <boost/test/unit_test.hpp>

#include "error/result.hpp"

using namespace coffer;
using namespace coffer::store;

namespace {

constexpr std::uint64_t none = 0, at_now = 100;

value_row row(std::uint64_t version, std::optional<std::uint64_t> replaced_by = {},
              std::optional<std::uint64_t> expires_at = {}) {
  return {version, replaced_by, expires_at, sealed_value{}};
}

value_row broken(std::uint64_t version, std::optional<std::uint64_t> replaced_by = {}) {
  return {version, replaced_by, {}, {}};
}

// Connected at epoch 2, current since 6, read at epoch 9.
known_values known(std::vector<value_row> rows) { return {6, 2, 9, std::move(rows)}; }

struct visible_case {
  const char* name;
  std::vector<value_row> rows;
  std::uint64_t epoch;
  std::uint64_t version;  // what is seen; 0: nothing
  bool fell_forward = false;
  epoch_range visible{};
  errc error{};
};

const std::vector<visible_case> cases{
    {"the current one", {row(6)}, 6, 6, false, {6}},
    {"the current one, later", {row(6)}, 8, 6, false, {6}},
    {"the run's own", {row(2, 4), row(4, 6), row(6)}, 4, 4, false, {4, 6}},
    {"the run's own, rows in another order", {row(6), row(4, 6), row(2, 4)}, 5, 4, false, {4, 6}},
    {"the older one of two", {row(2, 4), row(4, 6), row(6)}, 3, 2, false, {2, 4}},
    {"connected later", {row(6)}, 1, none, false, {}, errc::not_found},
    {"its own is gone", {row(6)}, 4, 6, true, {4, 5}},
    {"an older run's value is not its own", {row(2, 4), row(6)}, 5, 6, true, {5, 6}},
    {"expired", {row(4, 6, at_now), row(6)}, 4, 6, true, {4, 5}},
    {"expires later", {row(4, 6, at_now + 1), row(6)}, 4, 4, false, {4, 6}},
    {"an expired current one is shown", {row(6, {}, at_now)}, 6, 6, false, {6}},
    {"replaced_by is missing", {row(4), row(6)}, 5, 4, false, {4, 6}},
    {"replaced_by is beyond the current one", {row(4, 99), row(6)}, 5, 4, false, {4, 6}},
    {"the current one has no end", {row(6, 7)}, 8, 6, false, {6}},
    {"no current one", {row(4, 6)}, 6, none, false, {}, errc::tampered},
    {"no current one to fall forward to", {}, 4, none, false, {}, errc::tampered},
    {"its own stays without a current one", {row(4, 6)}, 4, 4, false, {4, 6}},
    {"its own cannot be right", {broken(4, 6), row(6)}, 4, none, false, {}, errc::tampered},
    {"the current one cannot be right", {broken(6)}, 6, none, false, {}, errc::tampered},
    {"a broken current one is not its own", {row(4, 6), broken(6)}, 4, 4, false, {4, 6}},
    {"a version of the future is not current", {row(7), row(6)}, 8, 6, false, {6}},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(R1_R2_visible_value)

BOOST_AUTO_TEST_CASE(a_run_sees_what_its_epoch_says) {
  BOOST_TEST(cases.size() == 21u);
  for (const visible_case& each : cases) {
    BOOST_TEST_CONTEXT(each.name) {
      const auto seen = visible_value(known(each.rows), each.epoch, at_now);
      BOOST_TEST((seen ? seen->version : none) == each.version);
      BOOST_TEST(((seen ? errc{} : seen.error().code) == each.error));
      if (!seen) continue;
      BOOST_TEST(seen->fell_forward == each.fell_forward);
      BOOST_TEST((seen->visible == each.visible));
      BOOST_TEST(seen->as_of == 9u);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_current_value_is_the_one_that_the_metadata_names) {
  BOOST_TEST(current_value(known({row(4, 6), row(6)}))->version == 6u);
  BOOST_TEST((current_value(known({row(4, 6), row(6, 8)}))->visible == epoch_range{6}));
  BOOST_TEST((current_value(known({row(4)})).error().code == errc::tampered));
  BOOST_TEST((current_value(known({row(7)})).error().code == errc::tampered));
  BOOST_TEST((current_value(known({broken(6)})).error().code == errc::tampered));
}

BOOST_AUTO_TEST_SUITE_END()
