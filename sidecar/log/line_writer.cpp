#include "log/line_writer.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace coffer::log {
namespace {

bool write_all(int descriptor, std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // whoever shares it made it non-blocking
      pollfd ready{descriptor, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

struct line_writer::state {
  struct item {
    std::string line;
    std::uint64_t stands_for;  // how many lines are lost when it cannot be written
  };

  state(int descriptor_in, notice told_in) : descriptor(descriptor_in), told(told_in) {}

  void push(std::string line, std::uint64_t stands_for);
  void tell_lost();
  void start(const std::shared_ptr<state>& self);
  void run();
  bool write_here();

  const int descriptor;
  const notice told;
  std::mutex mutex;
  std::condition_variable more, idle;
  std::deque<item> waiting;
  std::size_t bytes = 0;
  std::uint64_t lost = 0;
  bool dropping = false, writing = false, started = false, ended = false;
};

void line_writer::state::push(std::string line, std::uint64_t stands_for) {
  bytes += line.size();
  waiting.push_back({std::move(line), stands_for});
}

void line_writer::state::tell_lost() {
  if (lost == 0) return;
  const std::uint64_t count = std::exchange(lost, 0);
  push(told(count), count);
}

// Signals are for the threads that know what to do. Without a thread (a limit) lines wait, and the
// next one tries again.
void line_writer::state::start(const std::shared_ptr<state>& self) {
  if (started) return;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread([self] { self->run(); }).detach();
    started = true;
  } catch (const std::system_error&) {}
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void line_writer::state::run() {
  std::unique_lock lock(mutex);
  bool written = true;  // the last one: else what was lost is told with the next line
  for (;;) {
    if (waiting.empty() && written) tell_lost();
    if (waiting.empty()) {
      idle.notify_all();
      if (ended) return;
      more.wait(lock);
      continue;
    }
    const item next = std::move(waiting.front());
    waiting.pop_front();
    bytes -= next.line.size();
    writing = true;
    lock.unlock();
    written = write_all(descriptor, next.line);
    lock.lock();
    writing = false;
    if (!written) lost += next.stands_for;
  }
}

bool line_writer::state::write_here() {
  for (; !waiting.empty(); waiting.pop_front()) {
    pollfd ready{descriptor, POLLOUT, 0};
    if (poll(&ready, 1, 0) != 1 || !write_all(descriptor, waiting.front().line)) return false;
  }
  return true;
}

line_writer::line_writer(int descriptor, notice told)
    : state_(std::make_shared<state>(descriptor, told)) {}

line_writer::~line_writer() {
  const std::lock_guard lock(state_->mutex);
  state_->ended = true;
  state_->more.notify_all();
}

void line_writer::write(std::string line) {
  const std::lock_guard lock(state_->mutex);
  const std::size_t room = state_->dropping ? waiting_bytes_max / 2 : waiting_bytes_max;
  state_->dropping = state_->bytes + line.size() > room;
  if (state_->dropping) {
    ++state_->lost;
    return;
  }
  state_->tell_lost();
  state_->push(std::move(line), 1);
  state_->start(state_);
  state_->more.notify_one();
}

void line_writer::write_always(std::string line) {
  const std::lock_guard lock(state_->mutex);
  state_->tell_lost();
  state_->push(std::move(line), 1);
  state_->start(state_);
  state_->more.notify_one();
}

// Without a thread it writes here, if that is possible at once.
bool line_writer::flush(std::chrono::milliseconds time_max) {
  std::unique_lock lock(state_->mutex);
  if (!state_->started) return state_->write_here();
  return state_->idle.wait_for(lock, time_max,
                               [&] { return state_->waiting.empty() && !state_->writing; });
}

}  // namespace coffer::log
