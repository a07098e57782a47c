// The stores that the contract suite runs against: a backend is one line in backends().
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace coffer::tests {

/// A private folder (mode 0700), removed with the object.
class temporary_folder {
 public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

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
