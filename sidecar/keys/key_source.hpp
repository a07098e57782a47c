// Where the master keys come from (K2).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "error/result.hpp"
#include "keys/slot.hpp"
#include "secret/buffer.hpp"

namespace coffer::keys {

inline constexpr std::size_t master_key_size = 32;            // bytes: AES-256
inline constexpr const char* master_key_file = "master key";  // what its file is, in refusals

/// Holds master keys in slots. Any thread may use it at any time; calls may block. A source knows
/// nothing of stores or rotation. Every failure has a text that says what to do, without a secret.
class key_source {
 public:
  virtual ~key_source() = default;

  virtual std::string_view scheme() const noexcept = 0;  ///< file, env, credential
  virtual std::string where() const = 0;                 ///< for people; holds no secret
  virtual bool writable() const noexcept = 0;  ///< false: write() and remove() always fail

  /// The key in a slot, in locked memory; nullopt if the slot is empty. Errors: key_unavailable,
  /// when a key may be there but cannot be trusted or read: there is no fallback (K4).
  virtual result<std::optional<secret::buffer>> read(const slot& from) = 0;

  /// Puts a key of master_key_size bytes into a slot, durably, if that holds the key `expected`, or
  /// nothing for nullopt. A slot that holds this very key already is left as it is, so that a write
  /// may be repeated. Errors: version_conflict (it holds another one), key_unavailable.
  virtual result<void> write(const slot& to, const secret::buffer& key,
                             const std::optional<crypto::key_id>& expected) = 0;

  /// Empties a slot, durably; an empty one stays so. Errors: key_unavailable.
  virtual result<void> remove(const slot& from) = 0;

  /// Whether note_used() has been called for the current key. nullopt: the source cannot remember.
  virtual std::optional<bool> used() const { return std::nullopt; }
  /// A store has rows under the current key from now on. Best effort.
  virtual void note_used() {}
};

/// The source that a URI names: file:///path, env://VAR, credential://NAME. Throws start_error for
/// anything else.
std::unique_ptr<key_source> open_key_source(std::string_view uri);

}  // namespace coffer::keys
