#include "log/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
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
  BOOST_TEST(log::flush(std::chrono::minutes(1)));
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

BOOST_AUTO_TEST_CASE(G_what_steers_a_terminal_or_is_not_seen_becomes_a_question_mark) {
  const std::string hidden[] = {
      "\xC2\x9B",          // C1: CSI
      "\xE2\x80\xAE",      // U+202E, right to left
      "\xE2\x81\xA6",      // U+2066, isolate
      "\xE2\x80\x8B",      // U+200B, zero width
      "\xEF\xBB\xBF",      // U+FEFF
      "\xE2\x80\xA8",      // U+2028, line separator
      "\xF3\xA0\x81\x81",  // U+E0041, a tag
      "\xC2\xAD",          // U+00AD, soft hyphen
      "\x1B",
      "\x7F",
      "\xC3",
      "\xFF",
      "\xE2\x82",
      "\xED\xA0\x80",
      "\xC0\xAF",  // no UTF-8
  };
  for (const std::string& one : hidden) {
    const auto line = captured([&] { log::warning("seen", {{"text", "a" + one + "b"}}); });
    const auto begin = line.find("text=\"a?");
    BOOST_TEST_REQUIRE(begin != std::string::npos, line);
    BOOST_TEST(line.substr(line.find_first_not_of('?', begin + 7)) == "b\"\n");
  }
  const auto line = captured([] {
    log::warning("seen", {{"text", "Z\xC3\xBCrich \xE2\x82\xAC"}});
  });
  BOOST_TEST(line.find("text=\"Z\xC3\xBCrich \xE2\x82\xAC\"\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(F_the_journal_is_only_the_stream_that_its_variable_names) {
  const tests::temporary_folder folder;
  const std::string path = folder.file("stream");
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT, 0600);
  struct stat file {};
  BOOST_TEST_REQUIRE(fstat(fd, &file) == 0);
  const std::string device = std::to_string(file.st_dev), inode = std::to_string(file.st_ino);
  BOOST_TEST(log::is_journal((device + ":" + inode).c_str(), fd));
  for (const std::string& named : {std::string("9:424242"), device + ":1", "1:" + inode,
                                   device + ":" + inode + "x", device, std::string()})
    BOOST_TEST(!log::is_journal(named.c_str(), fd), named);
  BOOST_TEST(!log::is_journal(nullptr, fd));
  close(fd);
  BOOST_TEST(!log::is_journal((device + ":" + inode).c_str(), fd));
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
