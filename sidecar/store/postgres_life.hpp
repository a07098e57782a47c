// Which life of which database a session is in.
#pragma once

#include <string>

namespace coffer::store {

/// A snapshot, and that nothing committed is lost, hold within one life.
struct postgres_life {
  std::string incarnation;  ///< of the store: a restore makes another one, a failover does not
  std::string files;        ///< of its tables: one that is restored alone gets another one
  std::string timeline;     ///< of the server's log: a failover and a recovery begin others
  std::string started;      ///< when the server did

  bool operator==(const postgres_life&) const = default;
  /// Whether all that the other life has committed is here, too. A restart loses nothing.
  bool continues(const postgres_life& other) const {
    return incarnation == other.incarnation && files == other.files && timeline == other.timeline;
  }
};

/// The columns of a life. The timeline is that of the log just now: the control file tells of
/// a promotion minutes later.
#define COFFER_POSTGRES_FILE(table) "pg_relation_filenode('coffer." table "'::regclass)::bigint"
#define COFFER_POSTGRES_LIFE \
  "coffer.incarnation() AS incarnation, " COFFER_POSTGRES_FILE("changes") " + "         \
  COFFER_POSTGRES_FILE("companies") " + " COFFER_POSTGRES_FILE("integrations") " + "    \
  COFFER_POSTGRES_FILE("runs") " + " COFFER_POSTGRES_FILE("secrets") " + "              \
  COFFER_POSTGRES_FILE("tokens") " AS files,"                                           \
  " substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline,"                   \
  " extract(epoch FROM pg_postmaster_start_time())::text AS started"

}  // namespace coffer::store
