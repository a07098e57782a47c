#include <sstream>

#include "daemon_program.hpp"
#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {
namespace {

struct store_copy_arguments {
  std::string from, to, password_source;
};

void copy(const store_copy_arguments& given) {
  std::vector<std::string> words{"--copy-store", given.from, given.to};
  if (!given.password_source.empty())
    words.insert(words.end(), {"--database-password-source", given.password_source});
  const auto done = run_cofferd(words);
  std::istringstream output(done.output);
  std::vector<std::string> lines;
  for (std::string line; std::getline(output, line);) lines.push_back(line);
  if (done.exit_code != 0) throw refusal(lines.empty() ? "cofferd said nothing" : lines.back());
  for (const std::string& line : lines) print_line(line);
}

}  // namespace

void add_store_commands(CLI::App& program, const globals&, action& run) {
  CLI::App* noun = program.add_subcommand("store", "stores as a whole");
  noun->require_subcommand(1);
  noun->footer("These work on stores that no daemon uses meanwhile.");
  auto* command = noun->add_subcommand("copy", "a SQLite store into an empty PostgreSQL");
  auto given = std::make_shared<store_copy_arguments>();
  command->add_option("FROM", given->from, "the SQLite file, or sqlite:///path")->required();
  command->add_option("TO", given->to, "postgresql://user@host/database, empty")->required();
  command->add_option("--database-password-source", given->password_source,
                      "file:///path with TO's password");
  command->footer(
      "Ciphertexts are copied as they are, so that the key stays the same and is not needed. Stop\n"
      "cofferd first. What was interrupted goes on when the same command is given again, and no\n"
      "daemon starts on a copy that is not whole; every cell is compared in the end.\n"
      "Example:\n  coffer store copy /var/lib/coffer/coffer.db postgresql://coffer@db/coffer");
  command->callback([&run, given] { run = [given] { copy(*given); }; });
}

}  // namespace coffer::cli
