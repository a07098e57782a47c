#include <cstdio>
#include <exception>

#include "app/daemon.hpp"
#include "app/settings.hpp"
#include "error/start_error.hpp"

int main(int argc, char** argv) {
  try {
    const auto request = coffer::app::read_settings(argc, argv);
    if (request.exit) return request.exit_code;
    coffer::app::run_daemon(request.chosen);
    return static_cast<int>(coffer::exit_code::ok);
  } catch (const coffer::start_error& error) {
    std::fprintf(stderr, "cofferd: %s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cofferd: %s\n", error.what());
    return static_cast<int>(coffer::exit_code::software);
  }
}
