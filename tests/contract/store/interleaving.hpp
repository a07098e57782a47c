// Random interleavings of all that touches versions, on a subject and on the model at once.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "error/result.hpp"
#include "tests/contract/store/run_model.hpp"

namespace coffer::tests {

struct write_request {
  std::string company;
  std::string integration;
  std::string text;
  std::optional<std::uint64_t> expires_at;
  store::expectation expected;
  bool cut = false;
};

/// What is compared with the model: a store, or the service over one. Times are ms.
class model_subject {
 public:
  virtual ~model_subject() = default;

  virtual void set_time(std::uint64_t now) = 0;
  /// The new version.
  virtual result<std::uint64_t> write(const write_request& request) = 0;
  virtual result<void> refresh(const write_request& request, std::uint64_t version) = 0;
  virtual result<void> remove(const std::string& company, const std::string& integration) = 0;
  virtual result<store::run> begin(const std::string& company, const std::string& run,
                                   std::uint64_t time_limit) = 0;
  virtual result<void> end(const std::string& company, const std::string& run) = 0;
  virtual void sweep() = 0;
  /// What a run sees, errors included (run_ended), or with an empty run the current value.
  virtual run_model::seen fetch(const std::string& company, const std::string& integration,
                                const std::string& run) = 0;
  /// Whether fetch() says to which epochs a value is visible.
  virtual bool tells_epochs() const = 0;
  /// How many values of the company's integrations are kept.
  virtual std::size_t values_kept(const std::string& company) = 0;
  /// Closes and reopens; false: it cannot.
  virtual bool restart() = 0;
};

/// One seed's walk: two companies with names of their own, two integrations and three run ids each.
class interleaving {
 public:
  interleaving(model_subject& subject, std::uint64_t seed);

  /// Takes `steps` steps, then looks at everything. Returns what the subject and the model do not
  /// agree on, with all steps that led there; empty: they agree.
  std::string walk(std::size_t steps);

 private:
  using step = void (interleaving::*)();

  void write();
  void rotate_now();
  void refresh();
  void remove();
  void begin();
  void end();
  void pass_time();
  void sweep();
  void restart();
  void fetch();
  void look_at_everything();

  void write(bool cut);
  void fetch(const std::string& company, const std::string& id, const std::string& run);
  void check_kept(const std::string& company);
  void expect(errc wanted, errc got);
  void note(std::string text);
  void disagree(const std::string& text);

  std::uint64_t pick(std::uint64_t below);
  std::string pick_company();
  std::string pick_id();
  std::string pick_run();
  std::optional<std::uint64_t> pick_expiry();

  model_subject& subject_;
  std::mt19937_64 random_;
  std::map<std::string, run_model> companies_;
  std::uint64_t now_ = 1'000'000;
  std::uint64_t texts_ = 0;
  std::vector<std::string> trace_;
  std::string disagreement_;
};

/// While it lives, temporary folders are in memory where the host has such a place: thousands of
/// commits would wait minutes for a disk, and whether they last is not what is asked here.
class folders_in_memory {
 public:
  folders_in_memory();
  ~folders_in_memory();
  folders_in_memory(const folders_in_memory&) = delete;
  folders_in_memory& operator=(const folders_in_memory&) = delete;

 private:
  std::optional<std::string> before_;
};

/// Walks many seeds (COFFER_MODEL_SEED on, COFFER_MODEL_WALKS of them, if set) and reports the
/// first disagreement as a test failure that says how to repeat it. Returns how many agreed.
std::size_t walk_many(model_subject& subject, const std::string& name, std::size_t walks);

}  // namespace coffer::tests
