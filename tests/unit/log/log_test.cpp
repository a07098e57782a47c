#include "log/log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "log/log_budget.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffer;

namespace {

// What `work` writes to standard error.
template <class Work>
std::string captured(Work&& work) {
  const tests::temporary_folder folder;
  const std::string path = folder.file("stderr");
  const int before = dup(STDERR_FILENO);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT, 0600);
  dup2(file, STDERR_FILENO);
  work();
  dup2(before, STDERR_FILENO);
  close(file);
  close(before);
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(P2_log)

BOOST_AUTO_TEST_CASE(a_line_has_its_fields) {
  const auto line = captured([] {
    log::warning("refused", {{"uid", 1001}, {"rule", "none"}, {"text", "two words"}});
  });
  BOOST_TEST(line.find("warning refused uid=1001 rule=none text=\"two words\"\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_value_cannot_forge_a_field_or_a_line) {
  const auto line = captured([] {
    log::warning("refused", {{"client", "x\nerror forged uid=0"}, {"name", "a\" rule=\"owner"}});
  });
  BOOST_TEST(std::count(line.begin(), line.end(), '\n') == 1);
  BOOST_TEST(line.find("client=\"x?error forged uid=0\"") != std::string::npos);
  BOOST_TEST(line.find("name=\"a\\\" rule=\\\"owner\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lines_below_the_level_are_dropped) {
  const auto lines = captured([] {
    log::write(log::level::debug, "unseen", {});
    log::set_level(log::level::debug);
    log::write(log::level::debug, "seen", {});
    log::set_level(log::level::info);
  });
  BOOST_TEST(lines.find("unseen") == std::string::npos);
  BOOST_TEST(lines.find("debug seen") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_flood_is_counted_instead_of_written) {
  log::log_budget budget;
  int written = 0;
  for (int i = 0; i < 1000; ++i) written += budget.take().has_value();
  BOOST_TEST(written >= 20);
  BOOST_TEST(written < 60);
}

BOOST_AUTO_TEST_SUITE_END()
