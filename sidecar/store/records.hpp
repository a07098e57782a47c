// What a store keeps: ciphertexts and the metadata beside them. Times are ms since the epoch, UTC.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer::store {

/// Where a secret lives. Every key of every table leads with the company.
struct address {
  std::string company;
  std::string kind;     ///< integration
  std::string subject;  ///< the integration's id
  std::string name;     ///< which secret of the subject
  auto operator<=>(const address&) const = default;
};

/// An encrypted value and what is needed to decrypt it (S2).
struct sealed_value {
  std::array<std::byte, 16> key_id{};
  std::array<std::byte, 12> nonce{};
  std::vector<std::byte> ciphertext;  ///< with its tag
  bool operator==(const sealed_value&) const = default;
};

/// The metadata of one integration (I3).
struct integration {
  std::string company;
  std::string id;
  std::string provider;
  std::string label;
  std::string status;
  std::string scopes;
  std::uint64_t version = 0;  ///< the company's epoch that made it: grows, is never reused
  std::uint64_t created_at = 0;
  std::uint64_t rotated_at = 0;
  std::optional<std::uint64_t> last_used_at;
  std::optional<std::uint64_t> expires_at;
  std::optional<std::string> last_error;
  bool operator==(const integration&) const = default;
};

/// An integration with its current value.
struct credential {
  integration meta;
  sealed_value sealed;
};

/// What must hold of an integration for a write to happen: the compare of compare-and-swap.
struct expectation {
  enum class kind : std::uint8_t { absent, present, either, version };
  kind what = kind::either;
  std::uint64_t version = 0;  ///< with kind::version: the current one
};

/// A write to one integration. Absent optionals keep what is there (or are empty in a new one).
struct integration_change {
  std::string company;
  std::string integration;
  expectation expected;
  std::optional<std::string> provider;
  std::optional<std::string> label;
  std::optional<std::string> scopes;
  std::optional<std::uint64_t> expires_at;  ///< of the new value: absent means that it has none
  std::optional<std::uint64_t> used_at;     ///< a use that is not yet in the store, if any
  std::uint64_t now = 0;
  std::string row_id;  ///< a fresh UUID for the row of the new value
};

/// That a secret was used, for last_used_at.
struct use {
  address where;
  std::uint64_t at = 0;
};

/// A master key that the store knows by its id.
struct key_record {
  std::array<std::byte, 16> id{};
  std::uint64_t created_at = 0;
  std::uint64_t writes = 0;  ///< values encrypted under it, counted in batches
};

/// One entry of the feed: something at `where` changed.
struct change {
  std::uint64_t number = 0;
  address where;
  std::uint64_t version = 0;  ///< the new current one; 0: deleted
};

/// A page of the feed. With a gap, entries after the asked number were trimmed away: the reader
/// must forget all it has cached and go on from `newest`.
struct feed_page {
  std::vector<change> changes;
  std::uint64_t newest = 0;
  bool gap = false;
};

}  // namespace coffer::store
