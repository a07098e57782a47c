// The load generator: interleaves the competitors in short rounds and prints ratios of pairs.
//
//   coffer_load latency ROUNDS CORE RAW REDIS COFFER      sockets; T1 and T2
//   coffer_load throughput ROUNDS CORE REDIS COFFER       T3 and T4
//   coffer_load validate ROUNDS CORE REDIS COFFER TOKENS  T5
//   coffer_load drive DEPTH REQUESTS CORE COFFER          so many requests, for counting (T6)
//
// The servers are pinned by whoever starts them.
#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "measure.hpp"

using namespace coffer::bench;

namespace {

constexpr std::chrono::milliseconds round_time{100};
constexpr std::chrono::milliseconds warm_up{200};
constexpr std::size_t requests_min = 20'000;  // of each competitor, behind a percentile

void pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

double quantile(std::vector<double> samples, double which) {
  const auto at =
      samples.begin() + static_cast<long>(which * static_cast<double>(samples.size() - 1));
  std::nth_element(samples.begin(), at, samples.end());
  return *at;
}

double median(const std::vector<double>& samples) { return quantile(samples, 0.5); }

// The median of the pairs of one round: a drift of the machine moves both.
double ratio(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> pairs;
  for (std::size_t i = 0; i < a.size(); ++i) pairs.push_back(a[i] / b[i]);
  return median(pairs);
}

// Every other round goes backwards, so that nobody always follows the same neighbour.
std::vector<std::size_t> turns(int round, std::size_t count) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(round % 2 == 0 ? i : count - 1 - i);
  return out;
}

void latency(int rounds, const std::vector<competitor>& all) {
  std::map<std::string, std::vector<double>> p50, p99;
  std::map<std::string, std::size_t> requests;
  std::vector<std::unique_ptr<load>> loads;
  for (const auto& one : all) loads.push_back(std::make_unique<load>(one, 1));
  for (auto& one : loads) one->ping_pong(warm_up);
  const auto enough = [&] {
    return std::ranges::all_of(
        all, [&](const competitor& one) { return requests[one.name] >= requests_min; });
  };
  for (int round = 0; round < rounds || !enough(); ++round)
    for (const std::size_t i : turns(round, all.size())) {
      const auto samples = loads[i]->ping_pong(round_time);
      requests[all[i].name] += samples.size();
      p50[all[i].name].push_back(quantile(samples, 0.5));
      p99[all[i].name].push_back(quantile(samples, 0.99));
    }
  for (const auto& one : all)
    std::printf("%-7s p50 %7.2f us  p99 %7.2f us  requests %zu\n", one.name.c_str(),
                median(p50[one.name]) / 1000, median(p99[one.name]) / 1000, requests[one.name]);
  std::printf("ratio p50 %.4f raw %.4f redis\n", ratio(p50["coffer"], p50["raw"]),
              ratio(p50["coffer"], p50["redis"]));
  std::printf("ratio p99 %.4f raw %.4f redis\n", ratio(p99["coffer"], p99["raw"]),
              ratio(p99["coffer"], p99["redis"]));
}

struct shape {
  std::size_t connections;
  std::size_t depth;  // requests that each has under way
};

void throughput(int rounds, const std::vector<competitor>& all, const std::vector<shape>& shapes) {
  for (const auto& [connections, depth] : shapes) {
    std::map<std::string, std::vector<double>> rates;
    std::vector<std::unique_ptr<load>> loads;
    for (const auto& one : all) loads.push_back(std::make_unique<load>(one, connections));
    for (auto& one : loads) one->pipelined(depth, warm_up);
    for (int round = 0; round < rounds; ++round)
      for (const std::size_t i : turns(round, all.size()))
        rates[all[i].name].push_back(loads[i]->pipelined(depth, round_time));
    for (const auto& one : all)
      std::printf("%-7s %2zu x %2zu %10.0f requests/s\n", one.name.c_str(), connections, depth,
                  median(rates[one.name]));
    std::printf("ratio %zux%zu %.4f redis\n", connections, depth,
                ratio(rates["coffer"], rates["redis"]));
  }
}

void drive(std::size_t depth, std::size_t requests, const competitor& whom) {
  load one(whom, 1);
  for (std::size_t done = 0; done < requests; done += depth) one.once(depth);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 5) give_up("see the head of load.cpp for its arguments");
  const int count = std::atoi(words[1].c_str());
  if (words[0] == "latency" && words.size() == 6) {
    pin(std::atoi(words[2].c_str()));
    latency(count, {raw(words[3]), redis(words[4]), coffer_daemon(words[5])});
  } else if (words[0] == "throughput") {
    pin(std::atoi(words[2].c_str()));
    throughput(count, {redis(words[3]), coffer_daemon(words[4])}, {{1, 16}, {50, 16}, {50, 1}});
  } else if (words[0] == "validate" && words.size() == 6) {
    pin(std::atoi(words[2].c_str()));
    throughput(count, {redis(words[3]), coffer_validator(words[4], words[5])}, {{50, 16}});
  } else if (words[0] == "drive") {
    pin(std::atoi(words[3].c_str()));
    drive(static_cast<std::size_t>(count), static_cast<std::size_t>(std::atoi(words[2].c_str())),
          coffer_daemon(words[4]));
  } else {
    give_up("unknown mode " + words[0]);
  }
}
