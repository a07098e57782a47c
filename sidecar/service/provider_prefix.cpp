#include "service/provider_prefix.hpp"

#include <array>

namespace coffer::service {
namespace {

struct known_prefix {
  std::string_view prefix;
  std::string_view provider;
};

// As the providers document them (November 2026). A longer prefix stands before one it begins with.
constexpr std::array prefixes{
    known_prefix{"ghp_", "github"},      known_prefix{"gho_", "github"},
    known_prefix{"ghu_", "github"},      known_prefix{"ghs_", "github"},
    known_prefix{"ghr_", "github"},      known_prefix{"github_pat_", "github"},
    known_prefix{"xoxb-", "slack"},      known_prefix{"xoxp-", "slack"},
    known_prefix{"xoxa-", "slack"},      known_prefix{"xoxe.", "slack"},
    known_prefix{"xoxe-", "slack"},      known_prefix{"xapp-", "slack"},
    known_prefix{"sk_live_", "stripe"},  known_prefix{"sk_test_", "stripe"},
    known_prefix{"rk_live_", "stripe"},  known_prefix{"rk_test_", "stripe"},
    known_prefix{"whsec_", "stripe"},    known_prefix{"glpat-", "gitlab"},
    known_prefix{"ntn_", "notion"},      known_prefix{"lin_api_", "linear"},
    known_prefix{"ATATT3", "atlassian"}, known_prefix{"pat-na1-", "hubspot"},
    known_prefix{"pat-eu1-", "hubspot"}, known_prefix{"shpat_", "shopify"},
    known_prefix{"shpca_", "shopify"},   known_prefix{"AIza", "google"},
    known_prefix{"sl.", "dropbox"},      known_prefix{"sk-ant-", "anthropic"},
    known_prefix{"sk-proj-", "openai"},
};

}  // namespace

std::string_view recognise_provider(std::span<const std::byte> value) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
  for (const known_prefix& one : prefixes)
    if (text.starts_with(one.prefix)) return one.provider;
  return "custom";
}

}  // namespace coffer::service
