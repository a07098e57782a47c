// What libpq is told, by whatever way: the URL, the environment, a service file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::store {

/// Options of a connection by their names in libpq. Those with passwords are wiped at the end.
class postgres_options {
 public:
  postgres_options() = default;
  ~postgres_options();
  postgres_options(postgres_options&&) noexcept = default;
  postgres_options& operator=(postgres_options&&) = delete;
  postgres_options(const postgres_options&) = delete;
  postgres_options& operator=(const postgres_options&) = delete;

  bool has(const std::string& name) const { return values_.contains(name); }
  /// Empty if it is not there.
  std::string text(const std::string& name) const;
  void set(const std::string& name, std::string_view value);
  void set_default(const std::string& name, std::string_view value);
  void erase(const std::string& name) { values_.erase(name); }
  const std::map<std::string, std::string>& all() const noexcept { return values_; }

 private:
  std::map<std::string, std::string> values_;
};

/// What the URL alone says; nullopt if libpq cannot read it.
std::optional<postgres_options> parse_url(const std::string& url);

/// What libpq will really use for a URL: that, then the environment, then the service file. Left
/// out is what none of them says. Throws start_error with libpq's reason if a value is none or a
/// service is not there.
postgres_options said_options(const std::string& url);

/// Whether libpq knows an option of this name.
bool is_option(const std::string& name);

/// The parts of a list, which libpq separates by commas; none of an empty text.
std::vector<std::string> split_list(const std::string& list);

}  // namespace coffer::store
