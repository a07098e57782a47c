#include <atomic>
#include <thread>

#include "tests/contract/store/backends.hpp"

using namespace coffer;
using namespace coffer::tests;
using kind = store::expectation::kind;

namespace {

store::integration_change titled(const std::string& company, const std::string& id,
                                 const std::string& label) {
  auto change = change_of(company, id);
  change.label = label;
  return change;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(S4_integrations)

BOOST_AUTO_TEST_CASE(what_was_written_is_found_as_it_was_sealed) {
  on_each_backend([](opened& one) {
    auto change = titled("cmp_a", "slack", "Slack of A");
    change.provider = "slack";
    change.scopes = "chat:write";
    change.expires_at = 9'000;
    const auto written = write(*one.database, change);
    const auto found = one.all().find("cmp_a", "slack");
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST((found->sealed == marked("value", written.version)));
    BOOST_TEST(found->version == written.version);
    BOOST_TEST(*found->expires_at == 9'000u);
    BOOST_TEST((found->visible == store::epoch_range{written.version}));
    BOOST_TEST(!found->fell_forward);
    BOOST_TEST(written.label == "Slack of A");
    BOOST_TEST(written.provider == "slack");
    BOOST_TEST(written.scopes == "chat:write");
    BOOST_TEST(written.status == "connected");
    BOOST_TEST(written.first_version == written.version);
    BOOST_TEST(written.created_at == 1'000u);
    BOOST_TEST(*written.expires_at == 9'000u);
    BOOST_TEST(!written.last_used_at);
    BOOST_TEST((*one.all().show("cmp_a", "slack") == written));
  });
}

BOOST_AUTO_TEST_CASE(each_expectation_ends_in_its_error) {
  on_each_backend([](opened& one) {
    const auto attempt = [&](store::expectation expected) {
      return error_of(one.all().write(change_of("cmp_a", "slack", expected), sealing("other")));
    };
    BOOST_TEST((attempt({kind::present, 0}) == errc::not_found));
    BOOST_TEST((attempt({kind::version, 1}) == errc::not_found));
    BOOST_TEST((attempt({kind::absent, 0}) == errc{}));
    BOOST_TEST((attempt({kind::absent, 0}) == errc::already_exists));
    BOOST_TEST((attempt({kind::version, 7}) == errc::version_conflict));
    BOOST_TEST((attempt({kind::version, 1}) == errc{}));
    BOOST_TEST((attempt({kind::present, 0}) == errc{}));
    BOOST_TEST((attempt({kind::either, 0}) == errc{}));
    BOOST_TEST(one.all().show("cmp_a", "slack")->version == 4u);
  });
}

BOOST_AUTO_TEST_CASE(a_refused_write_changes_nothing_and_is_not_sealed) {
  on_each_backend([](opened& one) {
    const auto start = end_of_feed(*one.database);
    const auto before = write(*one.database, change_of("cmp_a", "slack"));
    bool sealed = false;
    const auto refused =
        one.all().write(change_of("cmp_a", "slack", {kind::absent, 0}), [&](std::uint64_t version) {
          sealed = true;
          return marked("other", version);
        });
    BOOST_TEST(!refused.has_value());
    BOOST_TEST(!sealed);
    BOOST_TEST((*one.all().show("cmp_a", "slack") == before));
    BOOST_TEST(changes_after(*one.database, start).size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_sealer_that_throws_changes_nothing) {
  on_each_backend([](opened& one) {
    const auto before = write(*one.database, change_of("cmp_a", "slack"));
    BOOST_CHECK_THROW(static_cast<void>(one.all().write(
                          change_of("cmp_a", "slack"),
                          [](std::uint64_t) -> store::sealed_value { throw std::bad_alloc(); })),
                      std::bad_alloc);
    BOOST_TEST((*one.all().show("cmp_a", "slack") == before));
    BOOST_TEST(write(*one.database, change_of("cmp_a", "slack")).version == before.version + 1);
  });
}

BOOST_AUTO_TEST_CASE(versions_grow_and_are_never_reused_not_even_after_a_delete) {
  on_each_backend([](opened& one) {
    BOOST_TEST(write(*one.database, change_of("cmp_a", "slack")).version == 1u);
    BOOST_TEST(write(*one.database, change_of("cmp_a", "github")).version == 2u);
    BOOST_TEST(write(*one.database, change_of("cmp_a", "slack")).version == 3u);
    BOOST_TEST(one.all().remove("cmp_a", "slack", {}).has_value());
    BOOST_TEST(write(*one.database, change_of("cmp_a", "slack")).version == 5u);
    BOOST_TEST(write(*one.database, change_of("cmp_b", "slack")).version == 1u);
  });
}

BOOST_AUTO_TEST_CASE(absent_metadata_keeps_what_is_there) {
  on_each_backend([](opened& one) {
    auto first = titled("cmp_a", "slack", "Slack");
    first.expires_at = 5'000;
    write(*one.database, first);
    auto second = change_of("cmp_a", "slack");
    second.now = 2'000;
    const auto after = write(*one.database, second);
    BOOST_TEST(after.label == "Slack");
    BOOST_TEST(after.created_at == 1'000u);
    BOOST_TEST(after.rotated_at == 2'000u);
    BOOST_TEST(!after.expires_at);  // of the value, and that is another
  });
}

BOOST_AUTO_TEST_CASE(a_deleted_integration_is_gone) {
  on_each_backend([](opened& one) {
    const auto version = write(*one.database, change_of("cmp_a", "slack")).version;
    BOOST_TEST((error_of(one.all().remove("cmp_a", "slack", {kind::version, version + 1})) ==
                errc::version_conflict));
    BOOST_TEST(one.all().remove("cmp_a", "slack", {kind::version, version}).has_value());
    BOOST_TEST((error_of(one.all().find("cmp_a", "slack")) == errc::not_found));
    BOOST_TEST((error_of(one.all().show("cmp_a", "slack")) == errc::not_found));
    BOOST_TEST((error_of(one.all().remove("cmp_a", "slack", {})) == errc::not_found));
    BOOST_TEST(one.all().list("cmp_a", "", 10)->empty());
  });
}

BOOST_AUTO_TEST_CASE(companies_do_not_see_each_other) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"), "of a");
    write(*one.database, change_of("cmp_b", "slack"), "of b");
    BOOST_TEST((one.all().find("cmp_a", "slack")->sealed == marked("of a", 1)));
    BOOST_TEST((one.all().find("cmp_b", "slack")->sealed == marked("of b", 1)));
    BOOST_TEST(one.all().remove("cmp_a", "slack", {}).has_value());
    BOOST_TEST(one.all().find("cmp_b", "slack").has_value());
    BOOST_TEST(one.all().list("cmp_a", "", 10)->empty());
    BOOST_TEST((error_of(one.all().find("cmp_", "slack")) == errc::not_found));
  });
}

BOOST_AUTO_TEST_CASE(lists_come_in_byte_order_a_page_at_a_time) {
  on_each_backend([](opened& one) {
    for (const char* id : {"b", "a.b", "B", "a", "a_b", "c", "a-b"})
      write(*one.database, change_of("cmp_a", id));
    write(*one.database, change_of("cmp_b", "x"));
    std::vector<std::string> found;
    std::string after;
    for (;;) {
      const auto page = one.all().list("cmp_a", after, 3);
      for (const auto& row : *page) found.push_back(row.id);
      if (page->empty()) break;
      after = found.back();
    }
    const std::vector<std::string> expected{"B", "a", "a-b", "a.b", "a_b", "b", "c"};
    BOOST_TEST(found == expected, boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(companies_are_listed_in_order_once_a_value_was_written) {
  on_each_backend([](opened& one) {
    using companies = std::vector<std::string>;
    BOOST_TEST(one.all().companies("", 10)->empty());
    for (const char* company : {"cmp_b", "cmp_B", "cmp_a", "cmp_c"})
      write(*one.database, change_of(company, "slack"));
    BOOST_TEST((*one.all().companies("", 10) == companies{"cmp_B", "cmp_a", "cmp_b", "cmp_c"}));
    BOOST_TEST((*one.all().companies("", 2) == companies{"cmp_B", "cmp_a"}));
    BOOST_TEST((*one.all().companies("cmp_a", 2) == companies{"cmp_b", "cmp_c"}));
    BOOST_TEST((*one.all().companies("cmp_aa", 1) == companies{"cmp_b"}));
    BOOST_TEST(one.all().companies("cmp_c", 10)->empty());
  });
}

BOOST_AUTO_TEST_CASE(last_used_at_moves_forward_only_and_survives_a_rotation) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    write(*one.database, change_of("cmp_b", "slack"));
    const store::address where{"cmp_a", "integration", "slack", "credential"};
    const store::address gone{"cmp_a", "integration", "github", "credential"};
    for (const std::uint64_t at : {500u, 700u, 600u}) {
      const std::vector<store::use> uses{{where, at}, {gone, at}};
      BOOST_TEST(one.all().touch(uses).has_value());
    }
    BOOST_TEST(*one.all().show("cmp_a", "slack")->last_used_at == 700u);
    BOOST_TEST(!one.all().show("cmp_b", "slack")->last_used_at);
    BOOST_TEST(*write(*one.database, change_of("cmp_a", "slack")).last_used_at == 700u);
    BOOST_TEST(*one.all().show("cmp_a", "slack")->last_used_at == 700u);
  });
}

BOOST_AUTO_TEST_CASE(a_long_list_of_uses_is_noted_to_its_end) {
  on_each_backend([](opened& one) {
    write(*one.database, change_of("cmp_a", "slack"));
    std::vector<store::use> uses(1'500, {{"cmp_a", "integration", "gone", "credential"}, 500});
    uses.push_back({{"cmp_a", "integration", "slack", "credential"}, 700});
    BOOST_TEST(one.all().touch(uses).has_value());
    BOOST_TEST(*one.all().show("cmp_a", "slack")->last_used_at == 700u);
    BOOST_TEST(one.all().touch({}).has_value());
  });
}

BOOST_AUTO_TEST_CASE(writers_at_once_lose_nothing) {
  on_each_backend([](opened& one) {
    constexpr int threads = 4, writes = 25;
    write(*one.database, change_of("cmp_a", "slack"));
    std::atomic<int> done{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < threads; ++i)
      writers.emplace_back([&one, &done, i] {
        for (int n = 0; n < writes; ++n) {
          // Compare-and-swap until it succeeds: each success is one version.
          for (;;) {
            store::integration_change change;
            change.company = "cmp_a";
            change.integration = "slack";
            change.expected = {kind::version, one.all().show("cmp_a", "slack")->version};
            change.row_id = fresh_row_id();
            if (one.all().write(change, sealing("v"))) break;
          }
          ++done;
        }
      });
    for (auto& writer : writers) writer.join();
    BOOST_TEST(done == threads * writes);
    const auto found = one.all().find("cmp_a", "slack");
    BOOST_TEST(found->version == 1u + threads * writes);
    BOOST_TEST((found->sealed == marked("v", found->version)));
    BOOST_TEST(one.values_kept("cmp_a") == 1u);
  });
}

BOOST_AUTO_TEST_SUITE_END()
