// file:///path: the default key source.
#pragma once

#include "keys/key_source.hpp"

namespace coffer::keys {

class file_source final : public key_source {
 public:
  /// `path` is absolute; throws start_error if not.
  explicit file_source(std::string path);

  std::string_view scheme() const noexcept override { return "file"; }
  std::string where() const override { return path_; }
  std::optional<secret::buffer> load() override;
  void create() override;
  /// By a file beside the key, PATH.used, with the time at which the key was written: a key that
  /// was put there since is another one, or is there for a new store.
  std::optional<bool> used() const override;
  void note_used() override;

 private:
  std::string path_;
};

}  // namespace coffer::keys
