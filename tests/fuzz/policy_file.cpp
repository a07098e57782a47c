// The policy file: any text is a policy or a start_error that names a line, and no policy gives a
// stranger anything that no rule lists.
#include <cstdlib>
#include <cstring>

#include "error/start_error.hpp"
#include "policy/policy_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto rules = coffer::policy::parse_policy(text, "fuzz", 1);
    const auto owner = rules.authority_of({.uid = 0, .gid = 0, .pid = 1, .groups = {}});
    if (!owner.allows(coffer::policy::right::manage)) std::abort();
    const bool empty = text.find("rule") == std::string_view::npos;
    const auto other = rules.authority_of({.uid = 4242, .gid = 4242, .pid = 1, .groups = {}});
    if (empty && other.allows(coffer::policy::right::connect)) std::abort();
  } catch (const coffer::start_error& error) {
    if (!std::strstr(error.what(), "line")) std::abort();
  }
  return 0;
}
