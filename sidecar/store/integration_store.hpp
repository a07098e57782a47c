// Integrations of companies and their values (I1–I6, R1).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "error/result.hpp"
#include "store/records.hpp"
#include "store/sealer.hpp"

namespace coffer::store {

class integration_store {
 public:
  virtual ~integration_store() = default;

  /// Writes a new value in one transaction: takes the company's row lock, bumps its epoch, which is
  /// the new version, calls `seal` with it, again when the database has the
  /// transaction repeated, makes the value current, deletes those that no
  /// live run keeps, and appends to the feed. Durable when it returns. Errors: already_exists,
  /// not_found, version_conflict (as expected).
  virtual result<integration> write(const integration_change& change, const sealer& seal) = 0;

  /// Deletes an integration and its values. Errors: not_found, version_conflict.
  virtual result<void> remove(const std::string& company, const std::string& integration,
                              const expectation& expected) = 0;

  /// Replaces the value inside a version that is there: no epoch, no other run's concern. For a new
  /// access token of the same grant. Errors: not_found.
  virtual result<void> refresh(const refresh_change& change, const sealer& seal) = 0;

  /// The current value. Errors: not_found; tampered when there is metadata but no value of it.
  virtual result<credential> find(const std::string& company, const std::string& integration) = 0;
  /// The value that was current at `epoch` of the company; the current one, if that has expired by
  /// `now` or is gone: it was cut, or no live run began there. Errors: as find(); not_found also
  /// when it was connected later.
  virtual result<credential> find_at(const std::string& company, const std::string& integration,
                                     std::uint64_t epoch, std::uint64_t now) = 0;
  virtual result<integration> show(const std::string& company, const std::string& integration) = 0;

  /// At most `limit` of a company's integrations with ids above `after`, in byte order of their
  /// ids.
  virtual result<std::vector<integration>> list(const std::string& company,
                                                const std::string& after, std::size_t limit) = 0;
  /// At most `limit` companies above `after`, in byte order: those in which a value was ever
  /// written, an integration's or a token's.
  virtual result<std::vector<std::string>> companies(const std::string& after,
                                                     std::size_t limit) = 0;

  /// Moves last_used_at forward; a use of what is gone meanwhile is ignored. Not one transaction:
  /// after a failure, some are noted; noting them again changes nothing.
  virtual result<void> touch(std::span<const use> uses) = 0;
};

}  // namespace coffer::store
