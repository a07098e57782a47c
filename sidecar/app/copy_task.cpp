#include <unistd.h>

#include <cstdio>

#include "app/database.hpp"
#include "app/memory.hpp"
#include "app/tasks.hpp"
#include "error/start_error.hpp"
#include "store/postgres_store.hpp"
#include "store/postgres_url.hpp"
#include "store/sqlite_tables.hpp"
#include "store/store_copy.hpp"

namespace coffer::app {
namespace {

void show_progress(std::string_view table, std::uint64_t rows, std::uint64_t all) {
  if (isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r%.*s: %llu of %llu rows ", static_cast<int>(table.size()), table.data(),
               static_cast<unsigned long long>(rows), static_cast<unsigned long long>(all));
  if (rows >= all) std::fputc('\n', stderr);
}

std::string sqlite_path(const std::string& from) {
  constexpr std::string_view scheme = "sqlite://";
  return from.starts_with(scheme) ? from.substr(scheme.size()) : from;
}

}  // namespace

void migrate_database(const settings& chosen) {
  if (chosen.database_url.empty())
    throw start_error("--migrate is for PostgreSQL; a SQLite file is upgraded when it is opened");
  secret::arena& memory = open_memory(chosen);  // for the password
  store::migrate_postgres_store(target_of(chosen));
  memory.wipe();
  std::printf("the schema of %s is up to date\n",
              store::without_password(chosen.database_url).c_str());
}

void copy_store(const settings& chosen) {
  const std::string& to = chosen.copy_to;
  if (!to.starts_with("postgresql://") && !to.starts_with("postgres://"))
    throw start_error("a store is copied from SQLite to PostgreSQL: name postgresql://… as TO");
  const std::string path = sqlite_path(chosen.copy_from);
  if (path.find("://") != path.npos)
    throw start_error("a store is copied from SQLite to PostgreSQL: name a file as FROM");
  secret::arena& memory = open_memory(chosen);  // for the password
  settings destination = chosen;
  destination.database_url = to;
  const auto source = store::open_sqlite_tables(path);
  const auto copied = store::copy_store(
      *source, *store::open_postgres_tables(target_of(destination)), path, show_progress);
  memory.wipe();
  std::printf("%-14s %10s %12s\n", "TABLE", "ROWS", "COPIED NOW");
  for (const auto& one : copied)
    std::printf("%-14.*s %10llu %12llu\n", static_cast<int>(one.name.size()), one.name.data(),
                static_cast<unsigned long long>(one.rows),
                static_cast<unsigned long long>(one.copied_now));
  std::printf("all rows are there and compared; start every cofferd with DATABASE_URL=%s\n",
              store::without_password(to).c_str());
}

}  // namespace coffer::app
