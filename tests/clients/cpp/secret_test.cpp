#include "coffer/secret.hpp"

#include <malloc.h>

#include <concepts>
#include <cstdlib>
#include <new>
#include <ostream>

#include "tests/clients/cpp/child.hpp"
#include "tests/clients/cpp/fake_daemon.hpp"

using namespace coffer;
using namespace coffer::tests;

namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::copy_constructible<secret> && !std::is_copy_assignable_v<secret>);
static_assert(std::is_nothrow_move_constructible_v<secret>);
static_assert(std::is_nothrow_move_assignable_v<secret>);
static_assert(!std::equality_comparable<secret>);
static_assert(!printable<secret>);
static_assert(!std::convertible_to<secret, std::string_view>);
static_assert(!std::copy_constructible<client> && std::is_nothrow_move_constructible_v<client>);

constexpr std::string_view canary = "xoxb-canary-4f1c9a";

// Freed memory of the thread that watches is searched for the canary. The fake daemon, which has
// threads of its own, may leave it where it likes.
thread_local bool watching = false;
std::size_t found = 0;

class watch {
 public:
  watch() {
    found = 0;
    watching = true;
  }
  ~watch() { watching = false; }
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;
};

void search_and_free(void* memory) noexcept {
  if (watching && memory &&
      memmem(memory, malloc_usable_size(memory), canary.data(), canary.size()) != nullptr)
    ++found;
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (!memory) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { search_and_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { search_and_free(memory); }

namespace {

constexpr std::chrono::milliseconds brief{50};

// A client does something with the canary and goes; nothing it freed may hold the canary.
void leaves_nothing(std::vector<fake_daemon::script> scripts, auto&& act) {
  const fake_daemon daemon(std::move(scripts));
  {
    const watch freed_memory;
    client c = daemon.connect(brief * 20);
    act(c);
  }
  BOOST_TEST(found == 0u);
}

void fetch_fails(client& c) { BOOST_CHECK_THROW(c.fetch("cmp_a", "slack"), error); }

// Behind so many bytes that short frames do not overwrite it by chance.
std::string deep_value() { return std::string(2'000, 'v').append(canary); }
// Arrives in several pieces, for which the buffer grows.
std::string long_value() { return std::string(canary).append(8'000, 'v').append(canary); }

}  // namespace

BOOST_AUTO_TEST_SUITE(C1_secret)

BOOST_AUTO_TEST_CASE(the_watch_sees_what_is_not_wiped) {
  const watch freed_memory;
  { const std::string forgotten = std::string(100, ' ').append(canary); }
  BOOST_TEST(found > 0u);
}

BOOST_AUTO_TEST_CASE(moves_and_leaves_nothing_behind) {
  const watch freed_memory;
  secret first(canary, {.version = 3, .freshness = value_freshness::stale, .age = 7});
  secret second(std::move(first));
  BOOST_TEST(first.reveal().empty());
  BOOST_TEST(first.version() == 0u);
  secret third(canary);
  third = std::move(second);
  BOOST_TEST((third.reveal() == canary));
  BOOST_TEST(third.version() == 3u);
  BOOST_TEST((third.freshness() == value_freshness::stale));
  BOOST_TEST(third.age().value() == 7u);
  BOOST_TEST(!third.expires_at());
  third = secret();
  BOOST_TEST(third.reveal().empty());
  BOOST_TEST(found == 0u);
}

BOOST_AUTO_TEST_CASE(a_fetch_leaves_nothing_behind) {
  leaves_nothing({[](int peer) {
                   greet(peer);
                   say(peer, fetched(*request(peer), canary));
                   say(peer, fetched(*request(peer), long_value()));
                 }},
                 [](client& c) {
                   const secret small = c.fetch("cmp_a", "slack");
                   BOOST_TEST((small.reveal() == canary));
                   const secret large = c.fetch("cmp_a", "slack");
                   BOOST_TEST(large.reveal().size() == 8'000 + 2 * canary.size());
                 });
}

BOOST_AUTO_TEST_CASE(half_a_reply_leaves_nothing_behind) {
  const auto half = [](int peer) {
    const std::string whole = fetched(*request(peer), deep_value());
    say(peer, whole.substr(0, whole.size() - 1));
  };
  leaves_nothing({[&](int peer) {
                    greet(peer);
                    half(peer);
                  },
                  [&](int peer) {
                    greet(peer);
                    say(peer, failed(protocol::opcode::integration_fetch, *request(peer), 21, "n"));
                  }},
                 fetch_fails);
  leaves_nothing({[&](int peer) {
                   greet(peer);
                   half(peer);
                   request(peer);  // until the client has gone
                 }},
                 fetch_fails);
}

BOOST_AUTO_TEST_CASE(a_refused_reply_leaves_nothing_behind) {
  leaves_nothing({[](int peer) {
                   greet(peer);
                   const auto id = *request(peer);
                   say(peer, fetched(id + 1, long_value()));
                 }},
                 fetch_fails);
  leaves_nothing({[](int peer) {
                   greet(peer);
                   const auto id = *request(peer);
                   say(peer, fetched(id, canary) + fetched(id, canary));
                 }},
                 fetch_fails);
}

BOOST_AUTO_TEST_CASE(a_refused_change_leaves_nothing_behind) {
  leaves_nothing({[](int peer) {
                   greet(peer);
                   say(peer, failed(protocol::opcode::integration_set, *request(peer), 20, "d"));
                   say(peer,
                       frame(protocol::opcode::ping, *request(peer), protocol::empty_message{}));
                 }},
                 [value = deep_value()](client& c) {
                   BOOST_CHECK_THROW(c.set("cmp_a", "slack", value), error);
                   c.ping();  // a short request behind the long one
                 });
}

BOOST_AUTO_TEST_CASE(A2_a_validated_token_leaves_nothing_behind) {
  leaves_nothing(
      {[](int peer) {
        greet(peer);
        say(peer, frame(protocol::opcode::token_validate, *request(peer),
                        protocol::token_validate_reply{
                            {"kid_1"}, {"memory:*"}, {}, protocol::freshness::fresh, {}}));
        say(peer, failed(protocol::opcode::token_validate, *request(peer), 60, "unknown"));
      }},
      [token = deep_value()](client& c) {
        c.token_validate(token, "cmp_a", "agt_b");
        BOOST_CHECK_THROW(c.token_validate(token, "cmp_a", "agt_b"), token_refused);
      });
}

BOOST_AUTO_TEST_CASE(A1_a_fetched_token_leaves_nothing_behind) {
  leaves_nothing({[](int peer) {
                   greet(peer);
                   const std::string value = deep_value();
                   const protocol::token_fetch_reply reply{
                       {std::as_bytes(std::span(value))}, {"kid_1"}, 1, {}, {}, {}};
                   say(peer, frame(protocol::opcode::token_fetch, *request(peer), reply));
                 }},
                 [](client& c) { c.token_fetch("cmp_a", "agt_b"); });
}

BOOST_AUTO_TEST_CASE(R3_a_ticket_leaves_nothing_behind) {
  leaves_nothing({[](int peer) {
                   greet(peer);
                   const std::string value = deep_value();
                   const protocol::ticket_issue_reply reply{{std::as_bytes(std::span(value))}, 9};
                   say(peer, frame(protocol::opcode::ticket_issue, *request(peer), reply));
                   say(peer, narrowed(*receive(peer)));
                 }},
                 [](client& c) {
                   const secret ticket = c.ticket_issue("cmp_a", "run_7");
                   c.ticket_redeem(ticket.reveal());
                 });
}

// The ticket is read by connect() itself. What it took is had once in a process: no other test here
// takes anything.
BOOST_AUTO_TEST_CASE(R3_a_ticket_that_was_handed_over_leaves_nothing_behind) {
  const fake_daemon daemon({[](int peer) {
    greet(peer);
    say(peer, narrowed(*receive(peer)));
  }});
  const filled_pipe source(std::string(200, 't').append(canary));
  setenv("COFFER_SOCKET", daemon.path().c_str(), 1);
  setenv("COFFER_TICKET_FD", std::to_string(dup(source.reading())).c_str(), 1);
  {
    const watch freed_memory;
    client c = client::connect();
  }
  unsetenv("COFFER_SOCKET");
  BOOST_TEST(found == 0u);
}

BOOST_AUTO_TEST_CASE(a_change_whose_reconnect_fails_leaves_nothing_behind) {
  const auto stop = [](int peer) {
    greet(peer);
    request(peer);
    say(peer, farewell());
  };
  const auto refuse = [](int peer) {
    say(peer, failed(protocol::opcode::hello, *request(peer), 20, "denied"));
  };
  leaves_nothing({stop, refuse},
                 [](client& c) { BOOST_CHECK_THROW(c.rotate("cmp_a", "s", canary), error); });
}

BOOST_AUTO_TEST_CASE(a_change_that_does_not_fit_leaves_nothing_behind) {
  leaves_nothing({[](int peer) { greet(peer); }}, [](client& c) {
    const set_options too_much{.scopes = std::string(70'000, 's')};
    BOOST_CHECK_THROW(c.set("cmp_a", "slack", canary, too_much), invalid_argument);
  });
}

BOOST_AUTO_TEST_SUITE_END()
