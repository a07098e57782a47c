// A message without fields: the request and reply of ping, the reply of delete.
#pragma once

namespace coffer::protocol {

struct empty_message {
  template <class Self, class Visit>
  static void fields(Self&, Visit&) {}
};

}  // namespace coffer::protocol
