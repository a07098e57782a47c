// Follows the feed of a store that other hosts write to, and keeps what is cached here right (S5).
#pragma once

#include <atomic>
#include <random>
#include <string>
#include <thread>

#include "service/late_changes.hpp"
#include "service/runs.hpp"
#include "service/store_contact.hpp"
#include "store/store.hpp"
#include "vault/vault.hpp"

namespace coffer::service {

/// One thread of its own. After each reading it notes the contact, so that every answer can say how
/// old it may be. It reads when the store says that there is something new, and without a word at
/// least twice in a second: notifications may be lost.
class follower {
 public:
  follower(store::store& database, vault::vault& vault, runs& known, store_contact& contact)
      : feed_(database.feed()), vault_(vault), runs_(known), contact_(contact) {}
  ~follower() { stop(); }
  follower(const follower&) = delete;
  follower& operator=(const follower&) = delete;

  /// Takes the first position, if the store is there, and goes on by itself.
  void start();
  void stop() noexcept;

  /// One reading of the feed; false when the store could not be read. For tests, without start().
  bool step();

 private:
  static constexpr std::size_t page_max = 10'000;
  static constexpr std::chrono::milliseconds poll_least{250}, poll_most{450};
  static constexpr unsigned prompt_max = 50;  ///< readings a second; further ones gather changes
  static constexpr std::chrono::milliseconds gathering{25};

  void run();
  void gather();
  bool read(std::uint64_t now);
  bool begin_anew(std::string position, bool reborn);
  void apply(const store::change& one);
  void apply_to_token(const store::change& one);
  std::chrono::milliseconds pause();

  store::change_feed& feed_;
  vault::vault& vault_;
  runs& runs_;
  store_contact& contact_;
  std::string position_;
  late_changes late_;
  bool runs_doubted_ = false;  // they must be looked for in the store before anything is agreed
  std::uint64_t second_began_ = 0;
  unsigned readings_ = 0;  // in this second
  std::minstd_rand random_{std::random_device{}()};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace coffer::service
