// A vault over a store in memory, and the services on it.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "app/services.hpp"
#include "tests/memory_store/memory_store.hpp"

namespace coffer::tests {

inline std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

struct with_service {
  store::memory_store database;
  vault::keyring ring;
  app::services wired{database, (ring.add(secret::buffer(32)), ring), 1 << 20};
  vault::vault& vault = wired.vault;
  service::store_contact& contact = wired.contact;
  service::integrations& all = wired.integrations;
  service::runs& runs = wired.runs;
  service::tokens& tokens = wired.tokens;
  std::string value;  ///< what was fetched last

  auto place() {
    return [this](std::size_t size) {
      value.assign(size, '\0');
      return std::as_writable_bytes(std::span(value));
    };
  }
};

}  // namespace coffer::tests
