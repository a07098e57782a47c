#include "app/master_key.hpp"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "crypto/random.hpp"
#include "error/start_error.hpp"
#include "log/log.hpp"

namespace coffer::app {
namespace {

using key_ids = std::vector<crypto::key_id>;

key_ids ids_of(store::store& database) {
  auto ids = database.keys().ids();
  if (!ids) throw start_error("the store cannot be read: its log line above says why");
  return *std::move(ids);
}

std::string names_of(const key_ids& ids) {
  std::string out;
  for (const auto& id : ids) out += (out.empty() ? "" : ", ") + crypto::to_hex(id);
  return out;
}

std::string store_of(const settings& chosen) {
  return chosen.database_url.empty() ? chosen.store : "the database";
}

[[noreturn]] void refuse_without_key(const keys::key_source& source) {
  throw start_error("there is no master key at " + source.where() +
                    ": for a new store start once with --create-key, else restore the key");
}

// Whether an empty store may begin with what the source holds.
void check_first_start(const found_key& found, const settings& chosen) {
  const keys::key_source& source = *found.source;
  if (!found.key) {
    if (!chosen.create_key) refuse_without_key(source);
    return;
  }
  if (chosen.create_store) return;
  const auto used = source.used();
  if (!used.value_or(!chosen.create_key)) return;
  throw start_error("there is no store at " + store_of(chosen) + ", but " +
                    (used ? "its key has been used: " : "there is a key: ") + source.where() +
                    "; name the right store, mount its disk or restore it; for a new, empty store "
                    "start once with --create-store");
}

bool is_missing_file(const settings& chosen) {
  return chosen.database_url.empty() && access(chosen.store.c_str(), F_OK) != 0;
}

std::optional<secret::buffer> read_or_refuse(keys::key_source& source, const keys::slot& from) {
  auto key = source.read(from);
  if (!key) throw start_error(key.error().text);
  return *std::move(key);
}

void create_key(found_key& found) {
  keys::key_source& source = *found.source;
  secret::buffer key(keys::master_key_size);
  crypto::random_bytes(key.reveal(secret::purpose::key_load));
  if (const auto made = source.write(keys::slot::current(), key, std::nullopt); !made)
    throw start_error(made.error().text);
  log::info("master_key_created", {{"where", source.where()},
                                   {"action", "back it up now: without it the store is lost"}});
  found.key = read_or_refuse(source, keys::slot::current());
  if (!found.key)
    throw start_error("the master key just created at " + source.where() + " is not there");
}

// The key that encrypts what is written from now on.
crypto::key_id add_current_key(found_key& found, const key_ids& known, vault::keyring& ring) {
  const std::string where = found.source->where();
  if (!found.key)
    throw start_error("there is no master key at " + where +
                      ", but the store is encrypted under key " + names_of(known) +
                      ": restore that key; none is ever created here");
  const crypto::key_id id = ring.add(*std::exchange(found.key, std::nullopt));
  if (!known.empty() && std::ranges::find(known, id) == known.end())
    throw start_error("the key at " + where + " is " + crypto::to_hex(id) +
                      ", but the store is encrypted under " + names_of(known) +
                      ": restore that key, or name the right store");
  ring.make_current(id);
  return id;
}

// A rotation leaves an old key in the archive, and a new one pending until it is promoted.
bool add_from_other_slots(keys::key_source& source, const crypto::key_id& id,
                          vault::keyring& ring) {
  for (const keys::slot& place : {keys::slot::archive(id), keys::slot::pending()}) {
    auto key = read_or_refuse(source, place);
    if (!key || crypto::derive_key_id(*key) != id) continue;
    ring.add(*std::move(key));
    return true;
  }
  return false;
}

// Values under a key that is missing are refused one by one: the rest is served.
void add_other_keys(keys::key_source& source, const key_ids& known, vault::keyring& ring) {
  for (const crypto::key_id& id : known) {
    if (ring.snapshot()->holds(id) || add_from_other_slots(source, id, ring)) continue;
    log::warning("key_missing",
                 {{"key", crypto::to_hex(id)},
                  {"source", source.where()},
                  {"reason", "the store has it registered or has values under it"},
                  {"action", "restore it as " + keys::slot::archive(id).name() +
                                 " of the source; until then its values cannot be read"}});
  }
}

crypto::key_id add_keys(found_key& found, const key_ids& known, vault::keyring& ring) {
  const crypto::key_id id = add_current_key(found, known, ring);
  add_other_keys(*found.source, known, ring);
  return id;
}

}  // namespace

found_key look_for_key(const settings& chosen) {
  found_key found{keys::open_key_source(chosen.master_key_source), std::nullopt};
  found.key = read_or_refuse(*found.source, keys::slot::current());
  if (is_missing_file(chosen)) check_first_start(found, chosen);
  return found;
}

void take_master_key(found_key& found, store::store& database, const settings& chosen,
                     vault::keyring& ring) {
  const key_ids known = ids_of(database);
  if (known.empty()) {
    check_first_start(found, chosen);
    if (!found.key) create_key(found);
  }
  const crypto::key_id id = add_keys(found, known, ring);
  const auto now = static_cast<std::uint64_t>(std::time(nullptr)) * 1000;
  if (!database.keys().adopt(id, now))
    throw start_error("the store cannot be written: its log line above says why");
  found.source->note_used();
}

void load_master_key(found_key& found, store::store& database, vault::keyring& ring) {
  if (!found.key) refuse_without_key(*found.source);
  add_keys(found, ids_of(database), ring);
}

}  // namespace coffer::app
