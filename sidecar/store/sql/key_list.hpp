// The ids of a host's keys as one value of a row.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace coffer::store {

using key_id_list = std::vector<std::array<std::byte, 16>>;

inline std::vector<std::byte> join_keys(const key_id_list& keys) {
  std::vector<std::byte> out;
  for (const auto& one : keys) out.insert(out.end(), one.begin(), one.end());
  return out;
}

inline key_id_list split_keys(std::span<const std::byte> joined) {
  key_id_list out;
  for (; joined.size() >= 16; joined = joined.subspan(16))
    std::ranges::copy(joined.first(16), out.emplace_back().begin());
  return out;
}

}  // namespace coffer::store
