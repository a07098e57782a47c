// P3: whatever runs out in any step of a session, the daemon lives, the other sessions are served,
// and nothing stays booked.
#include <boost/test/unit_test.hpp>

#include "secret/arena.hpp"
#include "tests/open_arena.hpp"
#include "tests/unit/net/open_sessions.hpp"

using namespace coffer;
using namespace coffer::tests;

BOOST_TEST_GLOBAL_FIXTURE(open_arena);

namespace {

const std::string large(60'000, 'v');

// How a connection ends.
enum class ending : std::uint8_t { malformed, half_closed, stalled, unread, drained, reloaded };
constexpr ending endings[] = {ending::malformed, ending::half_closed, ending::stalled,
                              ending::unread,    ending::drained,     ending::reloaded};

net::session::clock::time_point much_later() {
  return net::session::clock::now() + std::chrono::hours(1);
}

// Steps of one user's connection, each of them a call. A second connection of another user is
// active at the same time, so that replies are gathered, too.
class conversation {
 public:
  conversation(open_sessions& at, ending last) : at_(at), last_(last) {}

  static constexpr std::size_t steps = 8;

  void step(std::size_t number) {
    switch (number) {
      case 0:
        return begin();
      case 1:
        return ask(hello_frame());
      case 2:
        return ask(ping_frame(2));
      case 3:
        return ask(set_frame(3, "small", "v"));
      case 4:
        return ask(fetch_frame(4, "small"));
      case 5:
        return ask(fetch_frame(5, "small"));
      case 6:  // half of a frame, then more than the socket takes
        one_->send(protocol::bytes_view(ping_frame(6)).first(7));
        at_.settle();
        return ask_much();
      default:
        return end();
    }
  }

  void close() {
    one_.reset();
    other_.reset();
    at_.settle();
  }

 private:
  // Out of memory there may be no connection: then the next steps are of another one.
  void begin() {
    try {
      one_.emplace(at_.connect(open_sessions::admin));
      other_.emplace(at_.connect(open_sessions::other_admin));
    } catch (const std::bad_alloc&) {
      const watched_thread off(false);
      if (!one_) one_.emplace(-1);
      other_.emplace(-1);
    }
    other_->send(hello_frame());
    at_.settle();
  }

  void ask(const std::vector<std::byte>& frame) {
    one_->send(frame);
    other_->send(ping_frame(9));
    at_.settle();
  }

  void ask_much() {
    one_->send(protocol::bytes_view(ping_frame(6)).subspan(7));
    for (std::uint32_t id = 10; id < 20; ++id) one_->send(fetch_frame(id, "large"));
    ask(set_frame(20, "small", "w"));
  }

  void end() {
    if (last_ != ending::unread) hear_all();
    switch (last_) {
      case ending::malformed:
        one_->send(set_frame(30, "small", "x"));
        return ask(std::vector<std::byte>(12));
      case ending::half_closed:
        one_->send(set_frame(30, "small", "x"));
        one_->stop_writing();
        return at_.settle();
      case ending::stalled:
        one_->send(protocol::bytes_view(ping_frame(31)).first(9));
        at_.settle();
        [[fallthrough]];
      case ending::unread:
        at_.watched([&] {
          at_.all().for_each_connection([](net::connection& one) { one.reap(much_later()); });
        });
        return at_.settle();
      case ending::drained:
        one_->send(set_frame(30, "small", "x"));
        at_.watched(
            [&] { at_.all().for_each_connection([](net::connection& one) { one.drain(); }); });
        return at_.settle();
      case ending::reloaded:
        at_.reload("[[rule]]\nname = \"other\"\nusers = [5002]\nroles = [\"admin\"]\n");
        ask(ping_frame(32));
        return at_.reload(open_sessions::policy);
    }
  }

  void hear_all() {
    do { at_.settle(); } while (!one_->hear().empty());
  }

  open_sessions& at_;
  ending last_;
  std::optional<client> one_, other_;
};

struct with_bystander {
  with_bystander() { prepare(); }
  void prepare() {
    bystander.emplace(at.greeted(open_sessions::bystander));
    bystander->send(set_frame(1, "large", large));
    bystander->send(set_frame(2, "small", "v"));
    at.settle();
    BOOST_TEST_REQUIRE(bystander->hear().size() == 2U);
  }

  void check_nobody_noticed(ending last) {
    for (const uid_t user : {open_sessions::admin, open_sessions::other_admin}) {
      BOOST_TEST(at.account(user).connections == 0U);
      BOOST_TEST(at.account(user).buffered == 0U);
      BOOST_TEST(at.account(user).queued == 0U);
    }
    BOOST_TEST(at.all().held == 0U);
    BOOST_TEST(at.home().context().trail.ship().has_value());  // a small spool
    // These end every connection, or may.
    if (last == ending::drained || last == ending::reloaded) return prepare();
    bystander->send(ping_frame(7));
    bystander->send(fetch_frame(8, "large"));
    at.settle();
    BOOST_TEST(
        (bystander->hear() == std::vector{heard{"reply", 0x02, 7}, heard{"reply", 0x15, 8}}));
  }

  open_sessions at;
  std::optional<client> bystander;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(P3_out_of_a_resource, with_bystander)

BOOST_AUTO_TEST_CASE(any_allocation_may_fail) {
  for (const ending last : endings) {
    std::size_t tried = 0;
    for (bool failed = true; failed; ++tried) {
      conversation one(at, last);
      failing_memory::arm(tried);
      for (std::size_t step = 0; step < conversation::steps; ++step) one.step(step);
      failed = failing_memory::disarm();
      one.close();
      check_nobody_noticed(last);
    }
    BOOST_TEST(tried > 10U);
  }
}

BOOST_AUTO_TEST_CASE(locked_memory_may_be_full_at_any_step) {
  for (const ending last : endings) {
    for (std::size_t full_at = 0; full_at < conversation::steps; ++full_at) {
      conversation one(at, last);
      for (std::size_t step = 0; step < conversation::steps; ++step) {
        std::vector<void*> taken;
        if (step == full_at)
          for (std::size_t size = secret::process_arena()->size(); size >= 64; size /= 2)
            while (void* block = secret::process_arena()->allocate(size)) taken.push_back(block);
        one.step(step);
        for (void* block : taken) secret::process_arena()->deallocate(block);
      }
      one.close();
      check_nobody_noticed(last);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_users_account_may_be_full_at_any_step) {
  for (const ending last : endings) {
    for (std::size_t full_at = 0; full_at < conversation::steps; ++full_at) {
      for (const std::size_t left : {0U, 64U, 100U}) {
        conversation one(at, last);
        net::account& user = at.account(open_sessions::admin);
        for (std::size_t step = 0; step < conversation::steps; ++step) {
          std::size_t taken = 0;
          if (step == full_at) {
            for (std::size_t part = 1 << 20; part > 0; part /= 2)
              while (at.all().books.hold(user, part)) taken += part;
            const std::size_t back = std::min(left, taken);
            at.all().books.release(user, back);
            taken -= back;
          }
          one.step(step);
          at.all().books.release(user, taken);
        }
        one.close();
        check_nobody_noticed(last);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
