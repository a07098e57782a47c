#include "tests/contract/store/backends.hpp"

#include <boost/test/unit_test.hpp>

#include "store/sqlite_store.hpp"
#include "tests/memory_store/memory_store.hpp"

namespace coffer::tests {

std::vector<backend> backends() {
  return {
      {"memory", [](const temporary_folder&) { return std::make_unique<store::memory_store>(); }},
      {"sqlite",
       [](const temporary_folder& folder) {
         return store::open_sqlite_store(folder.file("coffer.db"));
       }},
  };
}

store::sealed_value marked(const std::string& text, std::uint64_t version) {
  store::sealed_value out;
  const std::string all = text + "/" + std::to_string(version);
  const auto bytes = std::as_bytes(std::span(all));
  out.ciphertext.assign(bytes.begin(), bytes.end());
  out.key_id.fill(std::byte{7});
  out.nonce.fill(static_cast<std::byte>(version));
  return out;
}

store::integration_change change_of(const std::string& company, const std::string& integration,
                                    store::expectation expected) {
  static std::uint64_t rows = 0;
  store::integration_change change;
  change.company = company;
  change.integration = integration;
  change.expected = expected;
  change.now = 1'000;
  change.row_id = "row-" + std::to_string(++rows);
  return change;
}

store::integration write(store::store& database, const store::integration_change& change,
                         const std::string& value) {
  const auto written = database.integrations().write(
      change, [&](std::uint64_t version) { return marked(value, version); });
  BOOST_TEST_REQUIRE(written.has_value());
  return *written;
}

}  // namespace coffer::tests
