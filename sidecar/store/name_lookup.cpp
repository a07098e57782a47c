#include "store/name_lookup.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <condition_variable>
#include <system_error>
#include <thread>

namespace coffer::store {
namespace {

name_lookup::outcome ask_resolver(const std::string& name, int flags) {
  name_lookup::outcome out;
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  const int failed = getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (failed != 0) out.error = gai_strerror(failed);
  for (const addrinfo* one = found; one; one = one->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0)
      out.addresses.emplace_back(text);
  }
  if (found) freeaddrinfo(found);
  return out;
}

}  // namespace

struct name_lookup::running {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  outcome found;
  std::thread thread;

  ~running() {
    if (thread.joinable()) thread.join();
  }
  void finish(outcome with) {
    const std::lock_guard lock(mutex);
    found = std::move(with);
    done = true;
    changed.notify_all();
  }
};

name_lookup::name_lookup() = default;
name_lookup::~name_lookup() = default;

std::shared_ptr<name_lookup::running> name_lookup::join(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<running>& one = running_[name];
  if (one) {
    const std::lock_guard its(one->mutex);
    if (!one->done) return one;
  }
  one = std::make_shared<running>();
  try {
    one->thread = std::thread([&mine = *one, name] { mine.finish(ask_resolver(name, 0)); });
  } catch (const std::system_error&) { one->finish({{}, "there is no thread left to ask"}); }
  return one;
}

name_lookup::outcome name_lookup::find(const std::string& name, clock::time_point end) {
  if (auto numeric = ask_resolver(name, AI_NUMERICHOST); !numeric.addresses.empty()) return numeric;
  const auto asked = join(name);
  std::unique_lock lock(asked->mutex);
  if (!asked->changed.wait_until(lock, end, [&] { return asked->done; }))
    return {{}, "the resolver does not answer in time"};
  return asked->found;
}

}  // namespace coffer::store
