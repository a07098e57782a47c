// The stores that the contract suite runs against: a backend is one line in backends().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/store.hpp"
#include "tests/temporary_folder.hpp"

namespace coffer::tests {

struct backend {
  std::string name;
  std::function<std::unique_ptr<store::store>(const temporary_folder&)> open;
};

std::vector<backend> backends();

/// A sealed value that says what it is: the company, the integration and the version.
store::sealed_value marked(const std::string& text, std::uint64_t version);

/// A change that writes "value" to an integration.
store::integration_change change_of(const std::string& company, const std::string& integration,
                                    store::expectation expected = {});

/// Writes and returns the metadata, which must be there.
store::integration write(store::store& database, const store::integration_change& change,
                         const std::string& value = "value");

}  // namespace coffer::tests
