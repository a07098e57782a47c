// The reply of any request that failed.
#pragma once

#include "protocol/types.hpp"

namespace coffer::protocol {

struct error_reply {
  std::uint64_t code = 0;              ///< an errc; a number that is unknown here is kept as it is
  protocol::text<64> name;             ///< the stable name of the code
  protocol::text<text_size_max> text;  ///< for people: what happened, what to do; never a secret

  template <class Self, class Visit>
  static void fields(Self& self, Visit& visit) {
    visit(1, "code", self.code);
    visit(2, "name", self.name);
    visit(3, "text", self.text);
  }
};

}  // namespace coffer::protocol
