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

 private:
  std::string path_;
};

}  // namespace coffer::keys
