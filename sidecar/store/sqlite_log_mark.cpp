#include "store/sqlite_log_mark.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "error/start_error.hpp"

namespace coffer::store {
namespace {

constexpr const char* unknown = "unknown";
constexpr const char* read_mark = "SELECT mark FROM log_mark";
constexpr const char* write_mark =
    "INSERT INTO log_mark (id, mark) VALUES (1, lower(hex(randomblob(16)))) "
    "ON CONFLICT (id) DO UPDATE SET mark = excluded.mark";

std::string note_of(const std::string& path) { return path + ".mark"; }

bool write_durably(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  const bool written =
      pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
      ftruncate(fd, static_cast<off_t>(text.size())) == 0 && fdatasync(fd) == 0;
  close(fd);
  return written;
}

// No note is as good as one that says unknown.
bool forget(const std::string& note) {
  return write_durably(note, unknown) || unlink(note.c_str()) == 0;
}

std::string noted(const std::string& note) {
  std::string text;
  std::ifstream(note) >> text;
  return text.empty() ? unknown : text;
}

std::string mark_in(SQLite::Database& database) {
  SQLite::Statement query(database, read_mark);
  return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

std::string escaped(const std::string& path) {
  std::string out;
  for (const char c : path)
    if (c == '%' || c == '?' || c == '#')
      out += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
    else
      out += c;
  return out;
}

// Of the file alone: SQLite does not look for the log of a file that is called immutable.
std::string mark_in_file(const std::string& path) {
  try {
    SQLite::Database file("file:" + escaped(path) + "?immutable=1",
                          SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    return mark_in(file);
  } catch (const SQLite::Exception&) {
    return {};  // empty, damaged, or of another time: not the one that was noted
  }
}

bool holds_something(const std::string& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  return !missing && size > 0;
}

void refuse_log_of_another(const std::string& path) {
  const std::string log = path + "-wal";
  if (!holds_something(log)) return;
  const std::string expected = noted(note_of(path));
  const bool lost = !holds_something(path);
  if (!lost && (expected == unknown || expected == mark_in_file(path))) return;
  throw start_error("the store " + path +
                    (lost ? " is missing, but its log " : " does not belong to the log ") + log +
                    (lost ? " is there" : " beside it; was a backup put back?") +
                    " To start with what is at " + path + ", move " + log +
                    " and the -shm file away first; to keep what the log holds, put back the store "
                    "that was there");
}

}  // namespace

sqlite_log_mark::sqlite_log_mark(sqlite_connection& writer, const std::string& path)
    : writer_(writer), note_(note_of(path)) {
  checkpoint();
  writer_.when_log_is_long([this] { checkpoint(); });
}

sqlite_log_mark::~sqlite_log_mark() {
  writer_.when_log_is_long({});
  forget(note_);
}

// The mark that goes into the file is made now, so that no copy from before has it.
// Passive: it waits for nobody. What a reader's snapshot keeps from being moved is tried again
// after the next commit. If it cannot be noted, the log has to wait.
void sqlite_log_mark::checkpoint() {
  if (!forget(note_)) return;
  write_new_mark();
  int frames = 0, moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(writer_.database().getHandle(), nullptr,
                                             SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
  if (code == SQLITE_OK && frames == moved) begin_log();
}

void sqlite_log_mark::begin_log() {
  const std::string in_file = mark_;
  write_new_mark();
  write_durably(note_, in_file);
}

void sqlite_log_mark::write_new_mark() {
  writer_.database().exec(write_mark);
  mark_ = mark_in(writer_.database());
}

void sqlite_log_mark::check(const std::string& path) {
  refuse_log_of_another(path);
  forget(note_of(path));  // until the constructor has it: opening may checkpoint
}

}  // namespace coffer::store
