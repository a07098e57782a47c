// One published case of AES-256-GCM, and how it is checked.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace coffer::tests {

using bytes = std::vector<std::byte>;

bytes from_hex(const std::string& hex);

struct gcm_case {
  std::string name;
  bytes key, iv, aad, plaintext, ciphertext, tag;
  bool valid = true;
};

/// Whether opening gives the plaintext, or is refused as the case says it must be; and for a valid
/// case, whether sealing gives its ciphertext and tag.
bool holds(const gcm_case& one);

}  // namespace coffer::tests
