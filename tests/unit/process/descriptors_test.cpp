// F: descriptors 0 to 2 are open, whatever a parent closed.
#include "process/descriptors.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(F_descriptors)

BOOST_AUTO_TEST_CASE(each_that_is_closed_is_opened_and_the_next_file_gets_another_number) {
  for (int closed = 0; closed < 8; ++closed) {  // a bit for each
    const pid_t child = fork();
    if (child == 0) {
      for (int fd = 0; fd < 3; ++fd)
        if ((closed >> fd & 1) != 0) close(fd);
      coffer::process::open_standard_descriptors();
      bool good = open("/dev/null", O_RDONLY) > 2;
      for (int fd = 0; fd < 3; ++fd) good = good && fcntl(fd, F_GETFD) >= 0;
      _exit(good ? 0 : 1);
    }
    int status = 0;
    BOOST_TEST_REQUIRE(waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0, "closed: " << closed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
