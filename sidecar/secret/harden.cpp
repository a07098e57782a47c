#include "secret/harden.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "error/start_error.hpp"

namespace coffer::secret {

void harden_process() {
  const rlimit none{0, 0};
  if (prctl(PR_SET_DUMPABLE, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
    throw start_error("cannot forbid core dumps: the kernel refused PR_SET_DUMPABLE or RLIMIT_CORE",
                      exit_code::software);
}

}  // namespace coffer::secret
