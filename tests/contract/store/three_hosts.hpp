// Three daemons' worth of services on one shared store, disturbed at random.
#pragma once

#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "app/services.hpp"
#include "tests/contract/store/backends.hpp"
#include "tests/contract/store/postgres_server.hpp"

namespace coffer::tests {

/// What the services of one daemon stand on.
struct host_ground {
  std::unique_ptr<store::store> opened;
  vault::keyring ring;
};

/// What one daemon holds; gone when it is killed.
struct one_host : private host_ground, app::services {
  one_host(std::unique_ptr<store::store> store, std::size_t cache_bytes)
      : host_ground{.opened = std::move(store), .ring = {}},
        services(*opened, (ring.add(secret::buffer(32)), ring), cache_bytes) {}
};

class three_hosts {
 public:
  three_hosts(opened& one, std::size_t cache_bytes, std::uint64_t seed)
      : one_(one), cache_bytes_(cache_bytes), random_(seed) {
    for (std::size_t i = 0; i < 3; ++i) hosts_.push_back(start());
  }

  /// Any of them. Now and then all connections were just cut, or one of the daemons was killed.
  one_host& any() {
    if (random_() % 20 == 0) cut_all();
    if (random_() % 40 == 0) kill_one();
    return *hosts_[random_() % hosts_.size()];
  }

  /// The same, once it has taken in all that was committed.
  one_host& any_in_step() {
    one_host& one = any();
    for (int attempt = 0; !one.follower.step(); ++attempt)
      BOOST_TEST_REQUIRE(attempt < 1'000, "the feed is not read");
    return one;
  }

  void kill_one() {
    auto& one = hosts_[random_() % hosts_.size()];
    one.reset();
    one = start();
    ++killed_;
  }

  std::size_t cuts() const { return cuts_; }
  std::size_t killed() const { return killed_; }

  /// Repeats what found the connection cut: nothing was done then.
  template <class Work>
  static auto insist(Work&& work) {
    for (int attempt = 0;; ++attempt) {
      auto done = work();
      if (done || done.error().code != errc::store_unavailable || attempt > 200) return done;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

 private:
  std::unique_ptr<one_host> start() {
    return std::make_unique<one_host>(one_.which.open(one_.folder), cache_bytes_);
  }

  void cut_all() {
    edit_postgres(postgres_database_of(one_.folder),
                  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    ++cuts_;
  }

  opened& one_;
  const std::size_t cache_bytes_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<one_host>> hosts_;
  std::size_t cuts_ = 0;
  std::size_t killed_ = 0;
};

}  // namespace coffer::tests
