#include "tests/unit/dispatch/served_daemon.hpp"

#include <boost/test/unit_test.hpp>

namespace coffer::tests {
namespace {

std::string rules() {
  std::string text;
  int uid = 0;
  for (const char* role : {"adapter", "validator", "operator", "admin", "observer", "orchestrator"})
    text += "[[rule]]\nname = \"" + std::string(role) + "\"\nusers = [" + std::to_string(++uid) +
            "]\nroles = [\"" + role + "\"]\n";
  return text;
}

}  // namespace

served_daemon::served_daemon() : home_(rules()) {}

void served_daemon::fill_spool() {
  const std::string longest(audit::text_size_max, 'x');
  audit::record one;
  one.rule = one.company = one.subject = one.agent = one.run = longest;
  while (home_.spool().append(one)) continue;
}

reply served_daemon::ask_raw(dispatch::peer& from, protocol::bytes_view frame) {
  const auto request = protocol::split(frame, protocol::any_frame);
  BOOST_TEST_REQUIRE((request.status == protocol::split_status::complete));
  reply back;
  const auto now = context().contact.clock().now();
  auto done = dispatch::serve(context(), from, request.value, false, now, out_);
  back.deferred = done.deferred;
  if (done.deferred) done = dispatch::serve(context(), from, request.value, true, now, out_);
  BOOST_TEST_REQUIRE(!done.deferred);
  back.closed = done.close;
  const auto answer = protocol::split({out_.data(), done.reply_size}, protocol::any_frame);
  BOOST_TEST_REQUIRE((answer.status == protocol::split_status::complete));
  BOOST_TEST(answer.size == done.reply_size);
  BOOST_TEST(answer.value.head.request_id == request.value.head.request_id);
  BOOST_TEST(answer.value.head.opcode == request.value.head.opcode);
  back.fields = answer.value.fields;
  if ((answer.value.head.flags & protocol::flag_error) == 0) return back;
  protocol::error_reply error;
  BOOST_TEST_REQUIRE(!protocol::decode_message(answer.value.fields, error));
  back.code = static_cast<errc>(error.code);
  back.text = error.text.value;
  BOOST_TEST(error.name.value == name_of(back.code));
  return back;
}

}  // namespace coffer::tests
