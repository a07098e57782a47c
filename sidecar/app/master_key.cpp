#include "app/master_key.hpp"

#include <algorithm>
#include <ctime>

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

secret::buffer load_or_create(keys::key_source& source, const key_ids& known, bool create) {
  if (auto key = source.load()) return *std::move(key);
  if (!known.empty())
    throw start_error("there is no master key at " + source.where() +
                      ", but the store is encrypted "
                      "under key " +
                      names_of(known) + ": restore that key; none is ever created here");
  if (!create)
    throw start_error("there is no master key at " + source.where() +
                      ": for a new store start once with --create-key, else restore the key");
  source.create();
  log::info("master_key_created", {{"where", source.where()},
                                   {"action", "back it up now: without it the store is lost"}});
  auto key = source.load();
  if (!key) throw start_error("the master key just created at " + source.where() + " is not there");
  return *std::move(key);
}

crypto::key_id add_key(keys::key_source& source, const key_ids& known, bool create,
                       vault::keyring& ring) {
  const crypto::key_id id = ring.add(load_or_create(source, known, create));
  const bool other = std::ranges::any_of(known, [&](const auto& one) { return one != id; });
  if (other)
    throw start_error("the key at " + source.where() + " is " + crypto::to_hex(id) +
                      ", but the store is encrypted under " + names_of(known) +
                      ": restore that key, or name the right store");
  return id;
}

}  // namespace

void take_master_key(keys::key_source& source, store::store& database, bool create,
                     vault::keyring& ring) {
  const crypto::key_id id = add_key(source, ids_of(database), create, ring);
  const auto now = static_cast<std::uint64_t>(std::time(nullptr)) * 1000;
  if (!database.keys().adopt(id, now))
    throw start_error("the store cannot be written: its log line above says why");
}

void load_master_key(keys::key_source& source, store::store& database, vault::keyring& ring) {
  add_key(source, ids_of(database), false, ring);
}

}  // namespace coffer::app
