// file:///path: the default key source.
#pragma once

#include "keys/key_source.hpp"

namespace coffer::keys {

/// The current key is PATH, the pending one PATH.pending, archived ones are PATH.archive/KEY-ID.
/// Writers take the lock of PATH.lock; compare and set is one step under it.
class file_source final : public key_source {
 public:
  /// `path` is absolute; throws start_error if not.
  explicit file_source(std::string path);

  std::string_view scheme() const noexcept override { return "file"; }
  std::string where() const override { return path_; }
  bool writable() const noexcept override { return true; }
  result<std::optional<secret::buffer>> read(const slot& from) override;
  result<void> write(const slot& to, const secret::buffer& key,
                     const std::optional<crypto::key_id>& expected) override;
  result<void> remove(const slot& from) override;
  /// By a file beside the key, PATH.used, with the time at which the key was written: a key that
  /// was put there since is another one, or is there for a new store.
  std::optional<bool> used() const override;
  void note_used() override;

 private:
  std::string path_of(const slot& wanted) const;

  const std::string path_;
};

}  // namespace coffer::keys
