#include "net/job.hpp"

#include <cstring>
#include <new>

#include "protocol/operations.hpp"
#include "secret/wipe.hpp"

namespace coffer::net {
namespace {

// Where this worker's replies are written before their size is known.
protocol::bytes_span scratch() {
  thread_local secret::buffer room(dispatch::reply_size_max);
  return room.reveal(secret::purpose::wire);
}

}  // namespace

void job::run(dispatch::context& daemon) noexcept {
  try {
    const auto out = scratch();
    const auto request = protocol::split(frame.bytes(), protocol::request_limit);
    const auto done = dispatch::serve(daemon, from, request.value, true, out);
    daemon.spool.commit();
    secret::buffer exact(done.reply_size);
    std::memcpy(exact.reveal(secret::purpose::wire).data(), out.data(), done.reply_size);
    secret::wipe(out.first(done.reply_size));
    secret::wipe_registers();
    reply = std::move(exact);
  } catch (const std::bad_alloc&) { reply = secret::buffer(); }
}

}  // namespace coffer::net
