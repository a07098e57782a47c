// What a change of tokens makes of those that are there.
#pragma once

#include <optional>
#include <vector>

#include "error/result.hpp"
#include "store/records.hpp"

namespace coffer::store {

bool live(const token& one, std::uint64_t now) noexcept;

/// Why a change is refused, given the agent's live tokens: not_found, already_exists.
std::optional<failure> check(const token_change& change, const std::vector<token>& others);

/// The token that a change makes, as `version`; `others`: the agent's live ones, newest first.
token next_token(const token_change& change, const std::vector<token>& others,
                 std::uint64_t version);

/// Until when the others stay good.
std::uint64_t end_of_overlap(const token_change& change) noexcept;

}  // namespace coffer::store
