// The policy file: any text is a policy or an error of one line that names a line. A policy is
// asked about the very names that its text quotes: what it permits and what it explains must agree.
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "error/start_error.hpp"
#include "policy/policy_file.hpp"
#include "protocol/types.hpp"

using namespace coffer;

namespace {

constexpr std::size_t names_max = 6;

void must(bool holds) {
  if (!holds) std::abort();
}

// What stands in quotes, from the end: there a rule says for what it is.
std::vector<std::string> quoted(std::string_view text) {
  std::vector<std::string> out{""};
  while (out.size() < names_max) {
    const std::size_t end = text.rfind('"');
    if (end == std::string_view::npos || end == 0) break;
    const std::size_t begin = text.rfind('"', end - 1);
    if (begin == std::string_view::npos) break;
    const std::string_view name = text.substr(begin + 1, end - begin - 1);
    if (protocol::valid_identifier(name)) out.emplace_back(name);
    text = text.substr(0, begin);
  }
  return out;
}

void check_verdict(const policy::verdict& one) {
  must(!one.rule.empty() && one.rule.size() <= 64 && protocol::valid_text(one.rule));
  must(!one.reason.empty() && one.reason.size() <= 256 && protocol::valid_text(one.reason));
}

void ask(const policy::policy& rules, const policy::caller& who, const policy::target& what) {
  const policy::authority may = rules.authority_of(who);
  must(may.allows(policy::right::connect) == (may.rules() != "none"));
  must(!may.bound_to_process() || rules.names_units());
  for (const policy::named_right& needed : policy::named_rights) {
    const std::string* rule = may.permits(needed.value, what);
    const auto verdicts = rules.explain(who, needed.value, what);
    const policy::verdict* first = nullptr;
    for (const policy::verdict& one : verdicts) {
      check_verdict(one);
      if (one.grants && !first) first = &one;
    }
    must((rule != nullptr) == (first != nullptr));
    must(!rule || (*rule == first->rule && may.allows(needed.value)));
    must(who.uid > 1 || rule);  // root and the daemon's user may all of it
  }
}

void ask_about(const policy::policy& rules, std::string_view text) {
  const std::vector<std::string> names = quoted(text);
  const auto name = [&](std::size_t i) -> const std::string& { return names[i % names.size()]; };
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string unit = i % 2 == 0 ? name(i) : "slack@" + std::to_string(i) + ".service";
    for (const uid_t uid : {0, 1, 1001, 4242}) {
      const policy::caller who{.uid = uid, .gid = 7, .pid = 1, .groups = {8}, .unit = unit};
      ask(rules, who, {name(i), name(i + 1), name(i + 2), uid % 2 == 0});
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto rules = policy::parse_policy(text, "fuzz", 1);
    ask_about(rules, text);
    const auto stranger = rules.authority_of(
        {.uid = 4243, .gid = 4243, .pid = 1, .groups = {}, .unit = "none.service"});
    must(text.find("rule") != std::string_view::npos || stranger.rules() == "none");
  } catch (const start_error& error) {
    must(std::strstr(error.what(), "line") != nullptr);
    must(protocol::valid_text(error.what()));
  }
  return 0;
}
