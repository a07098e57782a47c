#include "tests/contract/store/steered_clock.hpp"

#include "clock/clock.hpp"

namespace coffer::tests {

steered_clock::steered_clock() { set(1); }
steered_clock::~steered_clock() { clock::steered.now = 0; }
void steered_clock::set(std::uint64_t now_ms) noexcept { clock::steered.now = now_ms; }

steered_ages::steered_ages() { set(1); }
steered_ages::~steered_ages() { clock::steered.boot = 0; }
void steered_ages::set(std::uint64_t now_ms) noexcept { clock::steered.boot = now_ms; }

}  // namespace coffer::tests
