// Where the master key comes from (K2).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "secret/buffer.hpp"

namespace coffer::keys {

inline constexpr std::size_t master_key_size = 32;            // bytes: AES-256
inline constexpr const char* master_key_file = "master key";  // what its file is, in refusals

/// One place that holds a master key. Used at start, by one thread. A source knows nothing of
/// stores or rotation.
class key_source {
 public:
  virtual ~key_source() = default;

  virtual std::string_view scheme() const noexcept = 0;  ///< file, env, credential
  virtual std::string where() const = 0;                 ///< for people; holds no secret

  /// The key, in locked memory; nullopt if the source holds none. Throws start_error when a key may
  /// be there but cannot be trusted or read: there is no fallback (K4).
  virtual std::optional<secret::buffer> load() = 0;

  /// Whether note_used() has been called for the key that the source holds. nullopt: the source
  /// cannot remember.
  virtual std::optional<bool> used() const { return std::nullopt; }
  /// A store has rows under the key from now on. Best effort.
  virtual void note_used() {}

  /// Makes a random key where none is, durably, readable by its owner only. Throws start_error: the
  /// source cannot be written, or holds a key already.
  virtual void create() = 0;
};

/// The source that a URI names: file:///path, env://VAR, credential://NAME. Throws start_error for
/// anything else.
std::unique_ptr<key_source> open_key_source(std::string_view uri);

}  // namespace coffer::keys
