#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>

#include "app/daemon.hpp"
#include "app/settings.hpp"
#include "app/tasks.hpp"
#include "error/start_error.hpp"

namespace {

// One line, whatever a file's text brought into it.
int refuse(const std::exception& error, coffer::exit_code code) {
  std::string text = error.what();
  std::ranges::replace_if(
      text, [](unsigned char one) { return one < ' ' || one == 0x7F; }, ' ');
  std::fprintf(stderr, "cofferd: %s\n", text.c_str());
  return static_cast<int>(code);
}

int run(const coffer::app::start_request& request) {
  using coffer::app::task;
  switch (request.what) {
    case task::serve:
      coffer::app::run_daemon(request.chosen);
      break;
    case task::migrate:
      coffer::app::migrate_database(request.chosen);
      break;
    case task::copy_store:
      coffer::app::copy_store(request.chosen);
      break;
    case task::verify_store:
      return coffer::app::verify_store(request.chosen);
  }
  return static_cast<int>(coffer::exit_code::ok);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto request = coffer::app::read_settings(argc, argv);
    if (request.exit) return request.exit_code;
    return run(request);
  } catch (const coffer::start_error& error) {
    return refuse(error, error.code());
  } catch (const std::exception& error) { return refuse(error, coffer::exit_code::software); }
}
