#include <unistd.h>

#include <cstdio>

#include "app/database.hpp"
#include "app/master_key.hpp"
#include "app/memory.hpp"
#include "app/tasks.hpp"
#include "error/start_error.hpp"
#include "protocol/limits.hpp"
#include "vault/vault.hpp"

namespace coffer::app {
namespace {

constexpr std::uint64_t progress_every = 100'000;
constexpr std::uint64_t told_max = 100;  // of bad rows; all are counted

class verification {
 public:
  explicit verification(vault::vault& vault) : vault_(vault) {}

  void look_at(const store::value_view& one) {
    ++rows_;
    if (!vault_.authenticates(one, plaintext_) && ++bad_ <= told_max) tell(one);
    if (rows_ % progress_every == 0 && isatty(STDERR_FILENO) != 0)
      std::fprintf(stderr, "\r%llu values ", static_cast<unsigned long long>(rows_));
  }

  std::uint64_t rows() const { return rows_; }
  std::uint64_t bad() const { return bad_; }

 private:
  static void tell(const store::value_view& one) {
    std::printf("does not authenticate: company %.*s, %.*s %.*s, version %llu\n",
                static_cast<int>(one.company.size()), one.company.data(),
                static_cast<int>(one.kind.size()), one.kind.data(),
                static_cast<int>(one.subject.size()), one.subject.data(),
                static_cast<unsigned long long>(one.version));
  }

  vault::vault& vault_;
  secret::buffer plaintext_{protocol::secret_size_max};
  std::uint64_t rows_ = 0, bad_ = 0;
};

}  // namespace

int verify_store(const settings& chosen) {
  secret::arena& memory = open_memory(chosen);
  int code = 0;
  {
    if (chosen.database_url.empty() && access(chosen.store.c_str(), F_OK) != 0)
      throw start_error("there is no store at " + chosen.store + ": name the right one");
    found_key key = look_for_key(chosen);
    const auto database = open_store(chosen);
    vault::keyring ring;
    load_master_key(key, *database, ring);
    vault::vault vault(ring, 0);
    verification looking(vault);
    const auto scanned =
        database->keys().scan([&](const store::value_view& one) { looking.look_at(one); });
    if (!scanned) throw start_error("the store cannot be read: its log line above says why");
    std::printf("%llu values, %llu do not authenticate\n",
                static_cast<unsigned long long>(looking.rows()),
                static_cast<unsigned long long>(looking.bad()));
    code = looking.bad() == 0 ? 0 : 1;
  }
  memory.wipe();
  return code;
}

}  // namespace coffer::app
