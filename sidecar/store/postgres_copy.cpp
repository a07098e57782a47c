#include "store/postgres_copy.hpp"

#include <pqxx/except>
#include <utility>

#include "error/start_error.hpp"
#include "store/postgres_failure.hpp"
#include "store/postgres_url.hpp"

namespace coffer::store {
namespace {

constexpr std::string_view signature("PGCOPY\n\377\r\n\0", 11);
constexpr std::size_t flush_size = 1 << 20;

using result_pointer = std::unique_ptr<PGresult, decltype(&PQclear)>;

void append_number(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<unsigned char>(value >> shift));
}

std::uint64_t take_number(std::string_view& rest, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(rest[i]);
  rest.remove_prefix(bytes);
  return value;
}

std::string uuid_bytes(const std::string& text) {
  std::string out;
  unsigned digits = 0, value = 0;
  for (const char one : text) {
    if (one == '-') continue;
    value = value << 4 | static_cast<unsigned>(one <= '9' ? one - '0' : (one | 32) - 'a' + 10);
    if (++digits % 2 == 0) out += static_cast<char>(static_cast<unsigned char>(value & 255));
  }
  return out;
}

postgres_handle dialed(const postgres_target& target) {
  postgres_dialer dialer(target);
  try {
    return dialer.connect(postgres_dialer::clock::now() + target.statement_timeout).handle;
  } catch (const pqxx::broken_connection& error) {
    throw start_error("the store " + without_password(target.url) + " cannot be reached (" +
                          error.what() + "): start it, or correct DATABASE_URL",
                      exit_code::temporary);
  }
}

}  // namespace

std::uint64_t wire_number(std::string_view field) {
  if (field.size() != 8) throw start_error("the database sent a number of another size");
  return take_number(field, 8);
}

postgres_bulk::postgres_bulk(const postgres_target& target) : connection_(dialed(target)) {
  run("SET search_path = coffer, pg_temp; SET client_min_messages = warning;"
      "SET row_security = off; SET client_encoding = 'UTF8'; SET statement_timeout = 0; SET "
      "idle_session_timeout = 0;"
      "SET idle_in_transaction_session_timeout = 0");
}

cell postgres_bulk::run(const std::string& sql) {
  const result_pointer done(PQexec(raw(), sql.c_str()), &PQclear);
  const auto status = PQresultStatus(done.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail("a statement failed");
  if (PQntuples(done.get()) == 0 || PQgetisnull(done.get(), 0, 0)) return std::nullopt;
  return std::string(PQgetvalue(done.get(), 0, 0));
}

void postgres_bulk::fail(const std::string& doing) {
  throw start_error("the database: " + doing + ": " + one_line(PQerrorMessage(raw())),
                    exit_code::temporary);
}

copy_out::copy_out(postgres_bulk& connection, const std::string& query) : connection_(connection) {
  const std::string sql = "COPY (" + query + ") TO STDOUT (FORMAT binary)";
  const result_pointer begun(PQexec(connection_.raw(), sql.c_str()), &PQclear);
  if (PQresultStatus(begun.get()) != PGRES_COPY_OUT) connection_.fail("reading failed");
}

// Left halfway, the connection is of no further use: its owner closes it.
copy_out::~copy_out() { PQfreemem(buffer_); }

// One message a row, the header in front of the first.
std::span<const std::optional<std::string_view>> copy_out::next() {
  fields_.clear();
  if (ended_) return fields_;
  PQfreemem(std::exchange(buffer_, nullptr));
  const int size = PQgetCopyData(connection_.raw(), &buffer_, 0);
  if (size < -1) connection_.fail("reading failed");
  ended_ = size == -1;
  if (ended_) {
    const result_pointer done(PQgetResult(connection_.raw()), &PQclear);
    if (PQresultStatus(done.get()) != PGRES_COMMAND_OK) connection_.fail("reading failed");
    const result_pointer none(PQgetResult(connection_.raw()), &PQclear);
    return fields_;
  }
  std::string_view rest(buffer_, static_cast<std::size_t>(size));
  if (!std::exchange(begun_, true)) {
    if (!rest.starts_with(signature)) throw start_error("the database sent another format");
    rest.remove_prefix(signature.size() + 4);
    rest.remove_prefix(take_number(rest, 4));
    if (rest.empty()) return next();
  }
  const auto count = static_cast<std::int16_t>(take_number(rest, 2));
  for (std::int16_t i = 0; i < count; ++i) {
    const auto length = static_cast<std::int32_t>(take_number(rest, 4));
    if (length < 0) {
      fields_.emplace_back(std::nullopt);
      continue;
    }
    fields_.emplace_back(rest.substr(0, static_cast<std::size_t>(length)));
    rest.remove_prefix(static_cast<std::size_t>(length));
  }
  return count < 0 ? next() : fields_;  // -1: the trailer
}

copy_in::copy_in(postgres_bulk& connection, const table_shape& table)
    : connection_(connection), table_(table) {
  const std::string sql =
      "COPY " + std::string(table.name) + " (" + names_of(table) + ") FROM STDIN (FORMAT binary)";
  const result_pointer begun(PQexec(connection_.raw(), sql.c_str()), &PQclear);
  if (PQresultStatus(begun.get()) != PGRES_COPY_IN) connection_.fail("writing failed");
  buffer_ = signature;
  append_number(buffer_, 0, 4);  // flags
  append_number(buffer_, 0, 4);  // no extension
}

void copy_in::row(const table_row& values) {
  append_number(buffer_, values.size(), 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) {
      append_number(buffer_, ~std::uint64_t{0}, 4);
      continue;
    }
    const column_type type = table_.columns[i].type;
    std::string field;
    if (type == column_type::number)
      append_number(field, static_cast<std::uint64_t>(std::stoll(*values[i])), 8);
    else
      field = type == column_type::uuid ? uuid_bytes(*values[i]) : *values[i];
    append_number(buffer_, field.size(), 4);
    buffer_ += field;
  }
  if (buffer_.size() > flush_size) flush();
}

void copy_in::flush() {
  if (PQputCopyData(connection_.raw(), buffer_.data(), static_cast<int>(buffer_.size())) != 1)
    connection_.fail("writing failed");
  buffer_.clear();
}

void copy_in::finish() {
  append_number(buffer_, ~std::uint64_t{0}, 2);
  flush();
  if (PQputCopyEnd(connection_.raw(), nullptr) != 1) connection_.fail("writing failed");
  const result_pointer done(PQgetResult(connection_.raw()), &PQclear);
  if (PQresultStatus(done.get()) != PGRES_COMMAND_OK) connection_.fail("writing failed");
  const result_pointer none(PQgetResult(connection_.raw()), &PQclear);
}

}  // namespace coffer::store
