// R1 and R2 on every store, against the model.
#include "tests/contract/store/backends.hpp"
#include "tests/contract/store/interleaving.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

class store_subject final : public model_subject {
 public:
  explicit store_subject(opened& one) : one_(one) {}

  void set_time(std::uint64_t now) override { now_ = now; }

  result<std::uint64_t> write(const write_request& request) override {
    auto change = change_of(request.company, request.integration, request.expected);
    change.now = now_;
    change.expires_at = request.expires_at;
    change.cut = request.cut;
    const auto written = one_.all().write(change, sealing(request.text));
    if (!written) return written.error();
    return written->version;
  }

  result<void> refresh(const write_request& request, std::uint64_t version) override {
    return one_.all().refresh({.company = request.company,
                               .integration = request.integration,
                               .version = version,
                               .expires_at = request.expires_at,
                               .now = now_},
                              sealing(request.text));
  }

  result<void> remove(const std::string& company, const std::string& integration) override {
    return one_.all().remove(company, integration, {});
  }

  result<store::run> begin(const std::string& company, const std::string& run,
                           std::uint64_t time_limit) override {
    return one_.runs().begin({.company = company,
                              .id = run,
                              .agent = "agt_1",
                              .epoch = 0,
                              .began_at = now_,
                              .ends_at = now_ + time_limit},
                             now_);
  }

  result<void> end(const std::string& company, const std::string& run) override {
    return one_.runs().end(company, run, now_);
  }

  void sweep() override { BOOST_TEST(one_.runs().sweep({now_, now_}).has_value()); }

  run_model::seen fetch(const std::string& company, const std::string& integration,
                        const std::string& run) override {
    if (run.empty()) return seen_of(one_.all().find(company, integration));
    const auto live = one_.runs().find(company, run, now_);
    if (!live) return run_model::nothing(errc::run_ended);
    return seen_of(one_.all().find_at(company, integration, live->epoch, now_));
  }

  bool tells_epochs() const override { return true; }

  std::size_t values_kept(const std::string& company) override { return one_.values_kept(company); }

  bool restart() override {
    if (one_.which.restarts) one_.restart();
    restarts_ += one_.which.restarts;
    return one_.which.restarts;
  }

  std::size_t restarts() const { return restarts_; }

 private:
  static run_model::seen::as how_of(const store::credential& found) {
    using as = run_model::seen::as;
    if (found.fell_forward) return as::fallen_forward;
    return found.visible.until == store::epoch_range::forever ? as::current : as::pinned;
  }

  // The text of a sealed value, without its version: that must be the row's.
  static run_model::seen seen_of(const result<store::credential>& found) {
    if (!found) return run_model::nothing(found.error().code);
    const auto& bytes = found->sealed.ciphertext;
    const std::string all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::string text = all.substr(0, all.find('/'));
    const bool right = found->sealed == marked(text, found->version);
    return {.error = right ? errc{} : errc::tampered,
            .what = {found->version, text, found->expires_at},
            .how = how_of(*found),
            .visible = found->visible};
  }

  opened& one_;
  std::uint64_t now_ = 0;
  std::size_t restarts_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(R1_R2_model)

BOOST_AUTO_TEST_CASE(random_interleavings_agree_with_the_model) {
  const folders_in_memory quick;
  on_each_backend([](opened& one) {
    constexpr std::size_t walks = 1'000;
    store_subject subject(one);
    BOOST_TEST(walk_many(subject, one.which.name, walks / one.which.slowness) > 0u);
    if (one.which.restarts) BOOST_TEST(subject.restarts() > 0u);
    if (!one.which.restarts) BOOST_TEST_MESSAGE(one.which.name << " cannot restart: not walked");
  });
}

BOOST_AUTO_TEST_SUITE_END()
