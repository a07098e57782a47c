#include "daemon_program.hpp"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "coffer/error.hpp"

namespace coffer::cli {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> places() {
  std::error_code ignored;
  const fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  std::vector<fs::path> out{here, here.parent_path() / "sbin"};
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (!folder.empty()) out.emplace_back(folder);
  out.insert(out.end(), {"/usr/local/sbin", "/usr/sbin"});
  return out;
}

std::string find_cofferd() {
  for (const fs::path& folder : places()) {
    const std::string file = (folder / "cofferd").string();
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  throw error(0, "program",
              "only cofferd can check a policy, and none was found beside coffer or in PATH: "
              "install it, or run cofferd --check-policy where it is");
}

[[noreturn]] void fail(const std::string& file, int why) {
  throw error(0, "program", "cannot run " + file + ": " + strerror(why));
}

// Starts it with both outputs in `output`.
pid_t start(const std::string& file, std::vector<std::string> words, int output) {
  words.insert(words.begin(), file);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  pid_t child = -1;
  const int why = posix_spawn(&child, file.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (why != 0) fail(file, why);
  return child;
}

std::string read_all(int fd) {
  std::string out;
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t got = read(fd, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    out.append(part.data(), static_cast<std::size_t>(got));
  }
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

}  // namespace

finished_program run_cofferd(const std::vector<std::string>& arguments) {
  const std::string file = find_cofferd();
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) fail(file, errno);
  const pid_t child = start(file, arguments, pipe[1]);
  close(pipe[1]);
  finished_program out;
  out.output = read_all(pipe[0]);
  close(pipe[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail(file, errno);
  if (!WIFEXITED(status)) throw error(0, "program", file + " ended by a signal");
  out.exit_code = WEXITSTATUS(status);
  return out;
}

}  // namespace coffer::cli
