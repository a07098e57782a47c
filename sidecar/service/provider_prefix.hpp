// Recognises whose key was pasted, by its prefix (I1).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace coffer::service {

/// The provider's id, or "custom" if no published prefix matches. Looks at the prefix only.
std::string_view recognise_provider(std::span<const std::byte> value) noexcept;

}  // namespace coffer::service
