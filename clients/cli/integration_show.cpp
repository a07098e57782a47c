#include <cstdio>

#include "output.hpp"
#include "program.hpp"

namespace coffer::cli {

void add_integration_show(CLI::App& noun, const globals& all, action& run) {
  auto* command = noun.add_subcommand("show", "everything but the value");
  auto to = std::make_shared<integration_arguments>();
  to->declare(*command);
  command->callback([&all, &run, to] {
    run = [&all, to] {
      const auto info = all.connect().show(to->company, to->integration);
      all.json ? static_cast<void>(std::puts(json_of(info).c_str())) : print_integration(info);
    };
  });
}

}  // namespace coffer::cli
