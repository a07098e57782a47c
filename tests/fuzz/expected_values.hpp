// What integrations and runs must come to, as a model small enough to be read: a company's epoch
// grows with each write, and a run sees what was current at its own (R1, R2).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clock/clock.hpp"
#include "protocol/message/integration_fetch.hpp"
#include "protocol/reader.hpp"
#include "tests/fuzz/expect.hpp"

namespace coffer::tests {

struct expected_run {
  std::string company, id, agent;
  std::uint64_t epoch = 0;
  std::uint64_t ends_at = 0;
  bool ended = false;

  /// A run of a few milliseconds may be over: nobody knows before the daemon says so.
  bool surely_live(std::uint64_t now) const { return !ended && now + 30'000 < ends_at; }
  bool surely_over(std::uint64_t now) const { return ended || now >= ends_at; }
};
using run_of = std::shared_ptr<expected_run>;

class expected_runs {
 public:
  void begin(const expected_run& one) {
    end(one.company, one.id);  // one of that id that is past its limit
    all_[{one.company, one.id}] = std::make_shared<expected_run>(one);
  }
  void end(std::string_view company, std::string_view id) {
    if (const run_of run = find(company, id)) run->ended = true;
  }
  run_of find(std::string_view company, std::string_view id) const {
    const auto at = all_.find({std::string(company), std::string(id)});
    return at == all_.end() ? nullptr : at->second;
  }

 private:
  std::map<std::pair<std::string, std::string>, run_of> all_;
};

struct expected_value {
  std::uint64_t version = 0;
  std::uint64_t replaced_by = 0;  ///< the epoch; 0: it is current
  std::optional<std::uint64_t> expires_at;
  std::string text;
  bool cut = false;

  bool current() const { return replaced_by == 0; }
  bool visible_at(std::uint64_t epoch) const {
    return version <= epoch && (current() || epoch < replaced_by);
  }
};

/// What a fetch must bring.
struct expected_fetch {
  expected_value value;
  bool fell_forward = false;
};

class expected_values {
 public:
  void write(std::string_view company, std::string_view integration, expected_value value,
             bool cut) {
    auto& values = all_[{std::string(company), std::string(integration)}];
    if (!values.empty()) values.back().replaced_by = value.version;
    for (expected_value& one : values) one.cut = one.cut || cut;
    values.push_back(std::move(value));
  }
  void remove(std::string_view company, std::string_view integration) {
    all_.erase({std::string(company), std::string(integration)});
  }
  std::size_t count(std::string_view company) const {
    std::size_t found = 0;
    for (const auto& [where, values] : all_) found += where.first == company;
    return found;
  }
  bool has(std::string_view company, std::string_view integration) const {
    return all_.contains({std::string(company), std::string(integration)});
  }

  /// That a change was made to what there is, as the version that its caller meant.
  template <class Request>
  void current_is(const Request& asked) const {
    const auto due = seen_by(nullptr, asked.company.value, asked.integration.value);
    expect(due && (!asked.if_version || due->value.version == *asked.if_version));
  }

  void fetched(const expected_run* run, const protocol::integration_fetch_request& asked,
               const protocol::integration_fetch_reply& reply) const {
    const auto due = seen_by(run, asked.company.value, asked.integration.value);
    expect(due && due->value.text == protocol::as_text(reply.value.value));
    expect(due->value.version == reply.version);
    expect(due->fell_forward == reply.fell_forward.value_or(false));
    expect(reply.freshness ==
           (due->value.current() ? protocol::freshness::fresh : protocol::freshness::pinned));
    // The cache keeps an absent time as 0.
    expect(due->value.expires_at.value_or(0) == reply.expires_at.value_or(0));
  }

  /// To a run, or to whoever names none; nullopt: there is nothing to be had.
  std::optional<expected_fetch> seen_by(const expected_run* run, std::string_view company,
                                        std::string_view integration) const {
    const auto at = all_.find({std::string(company), std::string(integration)});
    if (at == all_.end()) return std::nullopt;
    const auto& values = at->second;
    if (!run) return expected_fetch{values.back()};
    for (const expected_value& one : values) {
      if (!one.visible_at(run->epoch)) continue;
      const bool good = !one.cut && (!one.expires_at || *one.expires_at > clock::now_ms());
      if (one.current() || good) return expected_fetch{one};
      return expected_fetch{values.back(), true};
    }
    return std::nullopt;  // it was connected later
  }

 private:
  std::map<std::pair<std::string, std::string>, std::vector<expected_value>> all_;
};

}  // namespace coffer::tests
