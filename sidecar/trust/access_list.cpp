#include "trust/access_list.hpp"

#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>
#include <sys/xattr.h>

#include <array>
#include <span>

namespace coffer::trust {
namespace {

constexpr const char* attribute = "system.posix_acl_access";
constexpr std::size_t size_max = 64 * 1024;  // the kernel's, of any attribute

// Little-endian on every machine (linux/posix_acl_xattr.h).
std::uint32_t number(std::span<const unsigned char> bytes) {
  std::uint32_t out = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) out = out << 8 | bytes[i - 1];
  return out;
}

void cut(std::vector<named_entry>& entries, unsigned mask) {
  for (named_entry& one : entries) one.permits &= mask;
}

std::optional<access_list> parse(std::span<const unsigned char> bytes) {
  constexpr std::size_t head = sizeof(posix_acl_xattr_header), each = sizeof(posix_acl_xattr_entry);
  if (bytes.size() < head || number(bytes.first(4)) != POSIX_ACL_XATTR_VERSION) return std::nullopt;
  access_list out;
  unsigned mask = 7;
  for (bytes = bytes.subspan(head); bytes.size() >= each; bytes = bytes.subspan(each)) {
    const unsigned permits = number(bytes.subspan(2, 2));
    const std::uint32_t id = number(bytes.subspan(4, 4));
    switch (number(bytes.first(2))) {
      case ACL_USER:
        out.users.push_back({id, permits});
        break;
      case ACL_GROUP:
        out.groups.push_back({id, permits});
        break;
      case ACL_GROUP_OBJ:
        out.own_group = permits;
        break;
      case ACL_MASK:
        mask = permits;
        break;
      default:  // the owner's and everybody's stand in the mode
        break;
    }
  }
  cut(out.users, mask);
  cut(out.groups, mask);
  out.own_group &= mask;
  return out;
}

template <class Read>
std::optional<access_list> read_list(Read&& read) {
  std::vector<unsigned char> bytes(size_max);
  const ssize_t size = read(bytes.data(), bytes.size());
  if (size <= 0) return std::nullopt;
  return parse(std::span(bytes).first(static_cast<std::size_t>(size)));
}

}  // namespace

std::optional<access_list> list_of(int file) {
  return read_list(
      [&](void* room, std::size_t size) { return fgetxattr(file, attribute, room, size); });
}

std::optional<access_list> list_of(const std::string& path) {
  return read_list(
      [&](void* room, std::size_t size) { return getxattr(path.c_str(), attribute, room, size); });
}

}  // namespace coffer::trust
