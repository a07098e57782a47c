#include "program.hpp"

namespace coffer::cli {
namespace {

// The command as far as it was understood: "coffer integration set".
std::string command_of(const CLI::App& program) {
  std::string words = program.get_name();
  for (const CLI::App* at = &program; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    words += " " + at->get_name();
  }
  return words;
}

// Words too many are not repeated if they may be a value that was typed in the wrong place.
std::string describe_extra(const std::string& command, const std::string& word) {
  if (word.starts_with("--")) return "there is no option " + word.substr(0, word.find('='));
  if (word.starts_with('-')) return "there is no option " + word.substr(0, 2);
  if (command.ends_with(" set") || command.ends_with(" rotate") || command.ends_with(" validate"))
    return "too many arguments. A value never goes on the command line: type it at the prompt or "
           "pipe it";
  return "\"" + word + "\" is one argument too many, or no command";
}

}  // namespace

std::string describe(const CLI::App& program, const CLI::ParseError& wrong) {
  const std::string command = command_of(program);
  const auto extra = program.remaining(true);
  std::string text = extra.empty() ? wrong.what() : describe_extra(command, extra.front());
  std::ranges::replace(text, '\n', ' ');
  return text + "; see " + command + " --help";
}

}  // namespace coffer::cli
