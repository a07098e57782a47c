#include "tests/contract/store/interleaving.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/contract/store/backends.hpp"

namespace coffer::tests {
namespace {

constexpr std::size_t steps_per_walk = 60;
std::string text_of(const run_model::seen& one, bool with_epochs) {
  static constexpr const char* hows[] = {"current", "pinned", "fallen forward"};
  if (one.error != errc{}) return std::string(name_of(one.error));
  std::string text = "version " + std::to_string(one.what.version) + " \"" + one.what.text +
                     "\" expiring at " + std::to_string(one.what.expires_at.value_or(0)) + ", " +
                     hows[static_cast<std::size_t>(one.how)];
  if (with_epochs)
    text += ", epochs " + std::to_string(one.visible.from) + " until " +
            std::to_string(one.visible.until);
  return text;
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = getenv(variable);
  return text ? strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace

interleaving::interleaving(model_subject& subject, std::uint64_t seed)
    : subject_(subject), random_(seed) {
  for (const char* name : {"a", "b"}) companies_["cmp_" + std::to_string(seed) + name];
  subject_.set_time(now_);
}

std::string interleaving::walk(std::size_t steps) {
  static constexpr std::pair<unsigned, step> weighted[] = {
      {26, &interleaving::fetch},     {18, &interleaving::write},  {12, &interleaving::begin},
      {8, &interleaving::pass_time},  {6, &interleaving::refresh}, {6, &interleaving::end},
      {4, &interleaving::rotate_now}, {4, &interleaving::remove},  {2, &interleaving::sweep},
      {1, &interleaving::restart},
  };
  unsigned sum = 0;
  for (const auto& [weight, take] : weighted) sum += weight;
  for (std::size_t i = 0; i < steps && disagreement_.empty(); ++i) {
    std::uint64_t at = pick(sum);
    const auto* one = weighted;
    for (; at >= one->first; ++one) at -= one->first;
    (this->*one->second)();
  }
  if (disagreement_.empty()) look_at_everything();
  if (disagreement_.empty()) return {};
  std::string text;
  for (const std::string& line : trace_) text += "  " + line + "\n";
  return text + disagreement_;
}

void interleaving::write() { write(false); }
void interleaving::rotate_now() { write(true); }

void interleaving::write(bool cut) {
  using kind = store::expectation::kind;
  static constexpr kind kinds[] = {kind::either, kind::either, kind::present, kind::absent};
  write_request request{.company = pick_company(),
                        .integration = pick_id(),
                        .text = "text " + std::to_string(++texts_),
                        .expires_at = pick_expiry(),
                        .expected = {.what = cut ? kind::present : kinds[pick(4)]},
                        .cut = cut};
  note((cut ? "rotate --now " : "write ") + request.company + "/" + request.integration + " " +
       request.text + " expiring at " + std::to_string(request.expires_at.value_or(0)));
  run_model& company = companies_[request.company];
  const bool there = company.connections.contains(request.integration);
  errc wanted{};
  if (request.expected.what == kind::present && !there) wanted = errc::not_found;
  if (request.expected.what == kind::absent && there) wanted = errc::already_exists;
  const auto written = subject_.write(request);
  expect(wanted, error_of(written));
  if (wanted != errc{} || !written) return;
  run_model::connection& one = company.connections[request.integration];
  one.values.push_back({++company.epoch, request.text, request.expires_at});
  if (cut) one.cut = company.epoch;
  if (*written != company.epoch) disagree("it became version " + std::to_string(*written));
}

// Only versions that surely are there: those that a live run or everybody sees.
void interleaving::refresh() {
  write_request request{.company = pick_company(),
                        .integration = pick_id(),
                        .text = "text " + std::to_string(++texts_),
                        .expires_at = pick_expiry(),
                        .expected = {}};
  run_model& company = companies_[request.company];
  const auto found = company.connections.find(request.integration);
  if (found == company.connections.end()) {
    note("refresh " + request.company + "/" + request.integration + ", which is not there");
    return expect(errc::not_found, error_of(subject_.refresh(request, company.epoch)));
  }
  const auto needed = company.needed(request.integration, now_);
  const std::uint64_t version =
      *std::next(needed.begin(), static_cast<std::ptrdiff_t>(pick(needed.size())));
  note("refresh " + request.company + "/" + request.integration + " version " +
       std::to_string(version) + " " + request.text);
  expect(errc{}, error_of(subject_.refresh(request, version)));
  *std::ranges::find(found->second.values, version, &run_model::value::version) = {
      version, request.text, request.expires_at};
}

void interleaving::remove() {
  const std::string name = pick_company(), id = pick_id();
  note("remove " + name + "/" + id);
  run_model& company = companies_[name];
  const bool there = company.connections.erase(id) > 0;
  expect(there ? errc{} : errc::not_found, error_of(subject_.remove(name, id)));
  company.epoch += there ? 1 : 0;
}

void interleaving::begin() {
  const std::string name = pick_company(), run = pick_run();
  const std::uint64_t limit = 1 + pick(200);
  note("begin " + name + "/" + run + " for " + std::to_string(limit) + " ms");
  run_model& company = companies_[name];
  const bool taken = company.live(run, now_) != nullptr;
  const auto begun = subject_.begin(name, run, limit);
  expect(taken ? errc::already_exists : errc{}, error_of(begun));
  if (taken || !begun) return;
  if (begun->epoch != company.epoch) disagree("it began at " + std::to_string(begun->epoch));
  company.runs[run] = {.company = name,
                       .id = run,
                       .agent = "",
                       .epoch = company.epoch,
                       .began_at = now_,
                       .ends_at = now_ + limit};
  check_kept(name);
}

void interleaving::end() {
  const std::string name = pick_company(), run = pick_run();
  note("end " + name + "/" + run);
  run_model& company = companies_[name];
  const bool live = company.live(run, now_) != nullptr;
  expect(live ? errc{} : errc::not_found, error_of(subject_.end(name, run)));
  if (!live) return;
  company.runs.erase(run);
  check_kept(name);
}

void interleaving::pass_time() {
  now_ += 1 + pick(60);
  note("it is " + std::to_string(now_));
  subject_.set_time(now_);
}

void interleaving::sweep() {
  note("sweep");
  subject_.sweep();
  for (auto& [name, company] : companies_) {
    std::erase_if(company.runs, [&](const auto& one) { return one.second.ends_at <= now_; });
    check_kept(name);
  }
}

void interleaving::restart() {
  if (subject_.restart()) note("restart");
}

void interleaving::fetch() {
  // Half of them as a run, of those that never were too.
  fetch(pick_company(), pick_id(), pick(3) == 0 ? "" : pick_run());
}

void interleaving::fetch(const std::string& company, const std::string& id,
                         const std::string& run) {
  note("fetch " + company + "/" + id + (run.empty() ? "" : " as " + run));
  const run_model& model = companies_[company];
  const store::run* live = model.live(run, now_);
  run_model::seen wanted = run_model::nothing(errc::run_ended);
  if (run.empty()) wanted = model.at(id, store::epoch_range::forever, now_);
  if (live) wanted = model.at(id, live->epoch, now_);
  const run_model::seen got = subject_.fetch(company, id, run);
  const std::string by_model = text_of(wanted, subject_.tells_epochs());
  const std::string by_subject = text_of(got, subject_.tells_epochs());
  if (by_model != by_subject)
    disagree("the model says: " + by_model + "\nthe subject says: " + by_subject);
}

void interleaving::look_at_everything() {
  sweep();
  for (const char* run : {"", "run_0", "run_1", "run_2"})
    for (const auto& [name, company] : companies_)
      for (const char* id : {"slack", "github"})
        if (disagreement_.empty()) fetch(name, id, run);
}

// Runs past their limit may keep what they kept until they are swept: that can only be more.
void interleaving::check_kept(const std::string& name) {
  const run_model& company = companies_[name];
  std::size_t least = 0, most = 0;
  for (const auto& [id, one] : company.connections) {
    least += company.needed(id, now_).size();
    most += company.needed(id, 0).size();
  }
  const std::size_t kept = subject_.values_kept(name);
  if (kept < least || kept > most)
    disagree(std::to_string(kept) + " values are kept, needed are " + std::to_string(least));
}

void interleaving::expect(errc wanted, errc got) {
  if (wanted != got)
    disagree("the model says " + std::string(name_of(wanted)) + ", the subject " +
             std::string(name_of(got)));
}

void interleaving::note(std::string text) { trace_.push_back(std::move(text)); }

void interleaving::disagree(const std::string& text) {
  if (disagreement_.empty()) disagreement_ = text;
}

// Not a distribution of the library: those differ from one to the next, and with them the walk.
std::uint64_t interleaving::pick(std::uint64_t below) { return random_() % below; }

std::string interleaving::pick_company() {
  return std::next(companies_.begin(), static_cast<std::ptrdiff_t>(pick(companies_.size())))->first;
}

std::string interleaving::pick_id() { return pick(2) == 0 ? "slack" : "github"; }
std::string interleaving::pick_run() { return "run_" + std::to_string(pick(3)); }

std::optional<std::uint64_t> interleaving::pick_expiry() {
  if (pick(2) == 0) return std::nullopt;
  return now_ + pick(120);
}

folders_in_memory::folders_in_memory() {
  if (const char* before = getenv("TMPDIR")) before_ = before;
  if (access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", 1);
}

folders_in_memory::~folders_in_memory() {
  before_ ? setenv("TMPDIR", before_->c_str(), 1) : unsetenv("TMPDIR");
}

std::size_t walk_many(model_subject& subject, const std::string& name, std::size_t walks) {
  const std::uint64_t first = number_from("COFFER_MODEL_SEED", 1);
  const std::uint64_t count = number_from("COFFER_MODEL_WALKS", walks);
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const std::string disagreement = interleaving(subject, seed).walk(steps_per_walk);
    if (disagreement.empty()) continue;
    BOOST_ERROR(name << ", seed " << seed << " (COFFER_MODEL_SEED=" << seed
                     << " COFFER_MODEL_WALKS=1 repeats it):\n"
                     << disagreement);
    return seed - first;
  }
  return count;
}

}  // namespace coffer::tests
