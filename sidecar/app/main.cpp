#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>

#include "app/daemon.hpp"
#include "app/settings.hpp"
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

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto request = coffer::app::read_settings(argc, argv);
    if (request.exit) return request.exit_code;
    coffer::app::run_daemon(request.chosen);
    return static_cast<int>(coffer::exit_code::ok);
  } catch (const coffer::start_error& error) {
    return refuse(error, error.code());
  } catch (const std::exception& error) { return refuse(error, coffer::exit_code::software); }
}
