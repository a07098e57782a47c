#include <chrono>
#include <exception>
#include <string>

#include "app/daemon.hpp"
#include "app/settings.hpp"
#include "app/tasks.hpp"
#include "error/start_error.hpp"
#include "log/log.hpp"
#include "process/descriptors.hpp"
#include "process/signals.hpp"

namespace {

constexpr std::chrono::seconds flush_time_max{1};

int refuse(const std::exception& error, coffer::exit_code code) {
  coffer::log::last_line(std::string("cofferd: ") + error.what());
  return static_cast<int>(code);
}

int run(const coffer::app::start_request& request) {
  using coffer::app::task;
  switch (request.what) {
    case task::serve:
      coffer::process::end_with(coffer::exit_code::ok);
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

int run_program(int argc, char** argv) {
  try {
    const auto request = coffer::app::read_settings(argc, argv);
    if (request.exit) return request.exit_code;
    return run(request);
  } catch (const coffer::start_error& error) {
    return refuse(error, error.code());
  } catch (const std::exception& error) { return refuse(error, coffer::exit_code::software); }
}

}  // namespace

int main(int argc, char** argv) {
  coffer::process::open_standard_descriptors();
  coffer::process::take_signals();
  const int code = run_program(argc, argv);
  coffer::log::flush(flush_time_max);
  return code;
}
