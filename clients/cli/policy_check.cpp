#include "daemon_program.hpp"
#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

constexpr int wrong_configuration = 78;  // EX_CONFIG, by which cofferd says so

std::string without_name(const std::string& line) {
  constexpr std::string_view name = "cofferd: ";
  return line.starts_with(name) ? line.substr(name.size()) : line;
}

void check(const globals& all, const std::string& file) {
  // What it is given must not look like an option.
  const auto done = run_cofferd({"--check-policy=" + file});
  const bool good = done.exit_code == 0;
  if (!good && done.exit_code != wrong_configuration)
    throw error(0, "program", "cofferd cannot check it: " + without_name(done.output));
  if (!all.json && !good) throw refusal(without_name(done.output));
  if (!all.json) return print_line(file + ": good");
  json_object out;
  out.add("file", file).add("good", good);
  if (!good) out.add("text", without_name(done.output));
  print_line(out.text());
  if (!good) throw unwelcome_answer{exit_code::refused};
}

}  // namespace

void add_policy_check(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("check", "whether a policy file is good, without the daemon");
  auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "the policy, in TOML")->required()->check(not_empty());
  command->footer(
      "Has the installed cofferd read the file, as this user. Exit code 10 says that it is\n"
      "wrong, and in which line.\n"
      "Example:\n  coffer policy check policy.toml && systemctl reload coffer");
  command->callback([&all, &run, file] { run = [&all, file] { check(all, *file); }; });
}

}  // namespace coffer::cli
