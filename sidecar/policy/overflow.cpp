#include "policy/overflow.hpp"

#include <fstream>

namespace coffer::policy {
namespace {

uid_t read_overflow_uid() noexcept {
  constexpr uid_t usual = 65534;
  try {
    uid_t found = 0;
    return std::ifstream("/proc/sys/kernel/overflowuid") >> found ? found : usual;
  } catch (...) { return usual; }
}

}  // namespace

uid_t overflow_uid() noexcept {
  static const uid_t found = read_overflow_uid();
  return found;
}

}  // namespace coffer::policy
