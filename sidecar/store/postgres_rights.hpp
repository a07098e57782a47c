// What a role may do in the store.
#pragma once

#include <pqxx/pqxx>
#include <string>

namespace coffer::store {

/// The rights that the daemon needs and this role lacks, as GRANT names them; empty: it has all.
std::string missing_rights(pqxx::transaction_base& transaction);

}  // namespace coffer::store
