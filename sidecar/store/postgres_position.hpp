// A position in the feed of PostgreSQL, and its text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/postgres_life.hpp"

namespace coffer::store {

struct postgres_position {
  std::uint64_t generation = 0;  ///< of the pool's connections (postgres_pool::meet)
  postgres_life life;
  std::uint64_t at = 0;    ///< ms by the server's clock
  std::uint64_t last = 0;  ///< number of the last row that was visible
  std::string snapshot;
};

std::string text_of(const postgres_position& one);
/// nullopt: this is no position.
std::optional<postgres_position> parse_position(const std::string& text);

}  // namespace coffer::store
