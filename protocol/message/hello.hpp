// The first frame each way: versions and limits.
#pragma once

#include <optional>

#include "protocol/types.hpp"

namespace coffer::protocol {

struct hello_request {
  std::uint64_t version_min = version;
  std::uint64_t version_max = version;
  std::optional<text<label_size_max>> client;  ///< name and version of the client, for the log

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "version_min", self.version_min);
    visit(2, "version_max", self.version_max);
    visit(3, "client", self.client);
  }
};

struct hello_reply {
  std::uint64_t version = 0;  ///< the version both sides speak from here on
  text<label_size_max> server;
  std::uint64_t frame_size_max = 0;   ///< bytes
  std::uint64_t secret_size_max = 0;  ///< bytes
  std::uint64_t in_flight_max = 0;    ///< requests of one connection

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "version", self.version);
    visit(2, "server", self.server);
    visit(3, "frame_size_max", self.frame_size_max);
    visit(4, "secret_size_max", self.secret_size_max);
    visit(5, "in_flight_max", self.in_flight_max);
  }
};

}  // namespace coffer::protocol
