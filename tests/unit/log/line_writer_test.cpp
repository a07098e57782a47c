// F: a log that is not read, or cannot be written, delays nothing; what is lost is counted and
// told.
#include "log/line_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

using namespace coffer;
using namespace std::chrono_literals;

namespace {

std::string lost_line(std::uint64_t lost) { return "lost " + std::to_string(lost) + "\n"; }

std::string numbered(std::size_t number) {
  std::string line = std::to_string(number);
  return line.append(1023 - line.size(), '.') + "\n";
}

// A pipe with its writer; all that is read from it.
struct piped {
  std::array<int, 2> ends{};
  std::unique_ptr<log::line_writer> writer;
  std::string seen;

  piped() {
    BOOST_TEST_REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    writer = std::make_unique<log::line_writer>(ends[1], lost_line);
  }
  ~piped() {
    for (const int end : ends)
      if (end >= 0) close(end);
  }
  // Reads until `last` has been seen.
  void read_to(const std::string& last) {
    std::array<char, 65536> part;
    while (seen.find(last) == std::string::npos) {
      const ssize_t size = read(ends[0], part.data(), part.size());
      BOOST_TEST_REQUIRE(size > 0);
      seen.append(part.data(), static_cast<std::size_t>(size));
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(F_line_writer, piped)

BOOST_AUTO_TEST_CASE(lines_come_in_order) {
  for (std::size_t i = 0; i < 50; ++i) writer->write(numbered(i));
  BOOST_TEST(writer->flush(1min));
  read_to(numbered(49));
  std::string all;
  for (std::size_t i = 0; i < 50; ++i) all += numbered(i);
  BOOST_TEST(seen == all);
}

BOOST_AUTO_TEST_CASE(a_reader_that_stalls_loses_lines_and_is_told_how_many) {
  constexpr std::size_t many = 4 * log::line_writer::waiting_bytes_max / 1024;
  for (std::size_t i = 0; i < many; ++i)
    writer->write(numbered(i));  // returns, though none is read
  BOOST_TEST(!writer->flush(0ms));
  writer->write_always("the last one\n");
  read_to("the last one\n");
  const auto told = seen.find("lost ");
  BOOST_TEST_REQUIRE(told != std::string::npos);
  const auto lines = static_cast<std::size_t>(std::count(seen.begin(), seen.end(), '\n'));
  BOOST_TEST(std::stoul(seen.substr(told + 5)) + lines == many + 2);  // each is here, or counted
  BOOST_TEST(seen.find(numbered(0)) == 0u);
  BOOST_TEST(writer->flush(1min));
  writer->write("again\n");
  read_to("again\n");
}

BOOST_AUTO_TEST_CASE(what_could_not_be_written_is_told_once_it_can) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  const int copy = dup(ends[1]);
  dup2(full, ends[1]);
  writer->write("unseen\n");
  writer->write("unseen\n");
  BOOST_TEST(writer->flush(1min));
  dup2(copy, ends[1]);
  writer->write("seen\n");
  read_to("seen\n");
  BOOST_TEST(seen == "lost 2\nseen\n");
  close(full);
  close(copy);
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_somebody_made_non_blocking_loses_nothing) {
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  fcntl(ends[1], F_SETPIPE_SZ, 4096);
  for (std::size_t i = 0; i < 100; ++i) writer->write(numbered(i));
  read_to(numbered(99));
  BOOST_TEST(seen.find("lost ") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
