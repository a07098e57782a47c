// What all commands share: global options, and the errors of the command line itself.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>

#include "coffer/client.hpp"

namespace coffer::cli {

/// The command line asks for something that cannot be: exit code 64.
class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value cannot be taken, or shown as asked: exit code 65.
class data_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One line on what is wrong with a command line and where to read more. Never repeats a word that
/// may be a value.
std::string describe(const CLI::App& program, const CLI::ParseError& wrong);

struct globals {
  std::string socket;
  double timeout_s = 10;
  bool json = false;

  client connect() const;
};

/// Adds the commands of a noun to the program. `run` is set to what the chosen command does.
using action = std::function<void()>;
void add_daemon_commands(CLI::App& program, const globals& all, action& run);
void add_integration_commands(CLI::App& program, const globals& all, action& run);

/// The positional arguments of a command on one integration.
struct integration_arguments {
  std::string company;
  std::string integration;
  void declare(CLI::App& command);
};

// The commands, one file each.
void add_integration_set(CLI::App& noun, const globals& all, action& run);
void add_integration_show(CLI::App& noun, const globals& all, action& run);
void add_integration_list(CLI::App& noun, const globals& all, action& run);
void add_integration_fetch(CLI::App& noun, const globals& all, action& run);
void add_integration_rotate(CLI::App& noun, const globals& all, action& run);
void add_integration_delete(CLI::App& noun, const globals& all, action& run);

}  // namespace coffer::cli
