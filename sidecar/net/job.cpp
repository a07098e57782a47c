#include "net/job.hpp"

#include <cstring>
#include <new>
#include <utility>

#include "protocol/operations.hpp"
#include "secret/wipe.hpp"

namespace coffer::net {

job::job(accounts& books, account& who, const dispatch::peer& asking, const dispatch::served& asked)
    : books_(books),
      who_(who),
      frame_(books, who),
      from_(asking),
      exclusive_(asked.exclusive),
      change_(asked.change),
      queued_(books.enqueue(who)) {}

job::~job() {
  if (queued_) books_.dequeue(who_);
}

bool job::take(protocol::bytes_view frame) noexcept { return queued_ && frame_.append(frame); }

void job::run(dispatch::context& daemon) noexcept {
  // Where this worker's replies are written before their size is known.
  thread_local secret::buffer scratch;
  try {
    if (!scratch) scratch = secret::buffer(dispatch::reply_size_max);
    if (!daemon.rules.in_force(*from_.may))
      from_.may = daemon.rules.authority_of(*from_.authorised);
  } catch (const std::bad_alloc&) { return refuse(); }
  serve(daemon, scratch);
}

void job::serve(dispatch::context& daemon, secret::buffer& scratch) noexcept {
  const auto out = scratch.reveal(secret::purpose::wire);
  const auto request = protocol::split(frame_.bytes(), protocol::request_limit);
  const auto now = daemon.contact.clock().now();
  const auto done = dispatch::serve(daemon, from_, request.value, true, now, out);
  daemon.spool.commit();
  reply_size_ = done.reply_size;
  try {
    secret::buffer exact(done.reply_size);
    std::memcpy(exact.reveal(secret::purpose::wire).data(), out.data(), done.reply_size);
    secret::wipe(out.first(done.reply_size));
    reply_ = std::move(exact);
  } catch (const std::bad_alloc&) {
    reply_ = std::exchange(scratch, secret::buffer());  // the next job needs another one
  }
  secret::wipe_registers();
}

void job::refuse() noexcept {
  const auto request = protocol::split(frame_.bytes(), protocol::request_limit);
  refusal_size_ = dispatch::refuse(errc::overloaded, request.value.head, refusal_);
}

protocol::bytes_view job::reply() const noexcept {
  if (refusal_size_ > 0) return std::span(refusal_).first(refusal_size_);
  return reply_.reveal(secret::purpose::wire).first(reply_size_);
}

}  // namespace coffer::net
