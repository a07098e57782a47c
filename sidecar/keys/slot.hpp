// The places for keys that every key source has.
#pragma once

#include <cstdint>
#include <string>

#include "crypto/key_id.hpp"

namespace coffer::keys {

/// One place of a source. Each source keeps the same layout: a current key, a pending one, and
/// archived ones by their ids.
class slot {
 public:
  enum class kind : std::uint8_t { current, pending, archive };

  static slot current() noexcept { return {kind::current, {}}; }
  static slot pending() noexcept { return {kind::pending, {}}; }
  static slot archive(const crypto::key_id& id) noexcept { return {kind::archive, id}; }

  kind which() const noexcept { return kind_; }
  const crypto::key_id& archived() const noexcept { return id_; }  ///< of an archive's slot
  std::string name() const {                                       ///< archive/0123…
    if (kind_ == kind::archive) return "archive/" + crypto::to_hex(id_);
    return kind_ == kind::current ? "current" : "pending";
  }

 private:
  slot(kind which, const crypto::key_id& id) noexcept : kind_(which), id_(id) {}

  kind kind_;
  crypto::key_id id_;
};

}  // namespace coffer::keys
