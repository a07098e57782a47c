// A vault over a store in memory, and the services on it.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "service/integrations.hpp"
#include "service/runs.hpp"
#include "service/tokens.hpp"
#include "tests/memory_store/memory_store.hpp"

namespace coffer::tests {

inline std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

struct with_service {
  store::memory_store database;
  vault::keyring ring;
  vault::vault vault{ring, 1 << 20};
  service::store_contact contact{false};
  service::integrations all{database, vault, contact};
  service::runs runs{database, contact};
  service::tokens tokens{database, vault, contact};
  std::string value;  ///< what was fetched last

  with_service() { ring.add(secret::buffer(32)); }

  auto place() {
    return [this](std::size_t size) {
      value.assign(size, '\0');
      return std::as_writable_bytes(std::span(value));
    };
  }
};

}  // namespace coffer::tests
