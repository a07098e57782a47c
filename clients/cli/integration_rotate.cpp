#include <cstdio>

#include "output.hpp"
#include "program.hpp"
#include "secret_input.hpp"

namespace coffer::cli {
namespace {

struct arguments : integration_arguments {
  std::string expires;
  std::uint64_t if_version = 0;
};

void rotate(const globals& all, const arguments& given) {
  rotate_options options;
  if (!given.expires.empty()) options.expires_at = parse_time(given.expires);
  if (given.if_version != 0) options.if_version = given.if_version;
  client daemon = all.connect();
  const secret value = read_secret("New value (hidden): ");
  const auto info = daemon.rotate(given.company, given.integration, value.reveal(), options);
  all.json ? static_cast<void>(std::puts(json_of(info).c_str())) : print_integration(info);
}

}  // namespace

void add_integration_rotate(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("rotate", "swap the value in one step");
  auto to = std::make_shared<arguments>();
  to->declare(*command);
  command->add_option("--expires", to->expires, "2027-01-31, 2027-01-31T12:00:00Z, +90d, +12h");
  command->add_option("--if-version", to->if_version, "only if this is the current version")
      ->check(CLI::PositiveNumber);
  command->footer("Example:\n  coffer integration rotate cmp_acme slack < new-key");
  command->callback([&all, &run, to] { run = [&all, to] { rotate(all, *to); }; });
}

}  // namespace coffer::cli
