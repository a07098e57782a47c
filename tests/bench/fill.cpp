// Fills a PostgreSQL store with sealed credentials of one company, as a cofferd would have.
#include <cstdio>
#include <cstdlib>

#include "crypto/random.hpp"
#include "keys/key_source.hpp"
#include "secret/arena.hpp"
#include "store/postgres_copy.hpp"
#include "vault/vault.hpp"

using namespace coffer;

namespace {

constexpr std::size_t value_size = 128;
const std::string company = "cmp_bench";

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

store::table_row secret_row(vault::vault& vault, std::uint64_t version) {
  const std::string id = "integration" + std::to_string(version - 1);
  const std::string value(value_size, 'v');
  const auto sealed = vault.seal(
      vault::associated_data({company, store::integration_kind, id, store::credential_name}),
      version, std::as_bytes(std::span(value)));
  return {company,
          std::string(store::integration_kind),
          id,
          std::string(store::credential_name),
          std::to_string(version),
          crypto::random_uuid(),
          text(sealed.key_id),
          text(sealed.nonce),
          text(sealed.ciphertext),
          "1000",
          "1000",
          std::nullopt,
          std::nullopt,
          std::nullopt};
}

store::table_row integration_row(std::uint64_t version) {
  const std::string number = std::to_string(version);
  return {company,      "integration" + std::to_string(version - 1),
          "slack",      "",
          "connected",  "",
          number,       number,
          "1000",       "1000",
          std::nullopt, std::nullopt};
}

const store::table_shape& table(std::string_view name) {
  for (const auto& one : store::all_tables())
    if (one.name == name) return one;
  std::abort();
}

template <class Row>
void fill(store::postgres_bulk& connection, std::string_view name, std::uint64_t count, Row row) {
  store::copy_in writing(connection, table(name));
  for (std::uint64_t version = 1; version <= count; ++version) writing.row(row(version));
  writing.finish();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: coffer_fill URL KEY-FILE COUNT\n"), 64;
  secret::open_process_arena({.size = 1 << 20, .allow_unlocked = true});
  const auto source = keys::open_key_source(std::string("file://") + argv[2]);
  vault::keyring ring;
  ring.add(*source->read(keys::slot::current()).value());
  vault::vault vault(ring, 0);
  store::postgres_bulk connection({.url = argv[1]});
  const std::uint64_t count = std::strtoull(argv[3], nullptr, 10);
  fill(connection, "secrets", count, [&](std::uint64_t one) { return secret_row(vault, one); });
  fill(connection, "integrations", count, integration_row);
  connection.run("INSERT INTO companies VALUES ('" + company + "', " + argv[3] + ")");
  connection.run("VACUUM (ANALYZE) secrets");
  connection.run("VACUUM (ANALYZE) integrations");
}
