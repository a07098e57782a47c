// Tells whether a SQLite file and the write-ahead log beside it belong together.
#pragma once

#include <string>

#include "store/sqlite_connection.hpp"

namespace coffer::store {

/// SQLite lays the log over whatever file stands beside it. A copy that was put back beside the log
/// of a killed daemon would silently become a mixture of both, or be undone.
///
/// Therefore the store has a mark, a random number in a table. The last transaction
/// before a checkpoint writes one, which the file itself has until the next checkpoint, and the
/// first one after it another, which only the log has. Which mark the file has stands in PATH.mark,
/// too: any other file has another one, whether it was copied before or out of the running daemon
/// since. While a checkpoint writes to the file, PATH.mark says that it is not known. That is why
/// this class, and not SQLite itself, decides when to checkpoint.
///
/// Lives as long as the connection that writes, whose file is closed to other processes.
class sqlite_log_mark {
 public:
  /// Checkpoints, and begins to look after the log. Throws SQLite::Exception.
  sqlite_log_mark(sqlite_connection& writer, const std::string& path);
  /// SQLite checkpoints when it closes the file.
  ~sqlite_log_mark();
  sqlite_log_mark(const sqlite_log_mark&) = delete;
  sqlite_log_mark& operator=(const sqlite_log_mark&) = delete;

  /// Before the file is opened, with its lock held: throws start_error, with the way out, if it has
  /// the log of another.
  static void check(const std::string& path);

 private:
  void checkpoint();
  void begin_log();
  void write_new_mark();

  sqlite_connection& writer_;
  std::string note_;  // the path of the file that says the mark
  std::string mark_;  // the last that was written
};

}  // namespace coffer::store
