#include "service/late_changes.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace coffer;
using service::late_changes;

namespace {

store::change change_of(std::string subject) {
  store::change one;
  one.where.subject = std::move(subject);
  return one;
}

std::string due(late_changes& late, std::uint64_t now) {
  std::string names;
  late.take_due(now, [&](const store::change& one) { names += one.where.subject; });
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(S5_late_changes)

BOOST_AUTO_TEST_CASE(each_is_due_when_nodes_usually_show_it_and_once_more_at_last) {
  late_changes late;
  late.add({change_of("a"), change_of("b")}, 50);
  late.add({change_of("c")}, 60);
  BOOST_TEST(due(late, 50 + late_changes::usually - 1) == "");
  BOOST_TEST(due(late, 50 + late_changes::usually) == "ab");
  BOOST_TEST(due(late, 70 + late_changes::usually) == "c");
  BOOST_TEST(due(late, 50 + late_changes::at_last - 1) == "");
  BOOST_TEST(due(late, 60 + late_changes::at_last) == "abc");
  BOOST_TEST(due(late, 60 + 10 * late_changes::at_last) == "");
}

BOOST_AUTO_TEST_SUITE_END()
