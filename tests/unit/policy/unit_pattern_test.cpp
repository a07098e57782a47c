// Units of a rule: which texts are one, and which units they mean.
#include "policy/unit_pattern.hpp"

#include <boost/test/unit_test.hpp>

using coffer::policy::unit_pattern;

BOOST_AUTO_TEST_SUITE(P2_unit_pattern)

BOOST_AUTO_TEST_CASE(a_unit_is_a_full_name_or_a_templates_instances) {
  for (const std::string text :
       {"a.service", "a-b.scope", "a@1.service", "a@*.service", "a@*.scope", "a:b_c.d.service",
        "a\\x2db.service", "a@b@c.service", "user@1000.service"})
    BOOST_TEST(unit_pattern::parse(text).has_value(), text);
  for (const std::string text : {"",
                                 "a",
                                 "*",
                                 ".service",
                                 "service",
                                 "a.socket",
                                 "a.slice",
                                 "*.service",
                                 "a*.service",
                                 "@*.service",
                                 "@a.service",
                                 "a@.service",
                                 "a@*",
                                 "a@*b.service",
                                 "a@b*.service",
                                 "a@*.*.service",
                                 "a@**.service",
                                 "a@b@*.service",
                                 "a*@*.service",
                                 "a@*.service.scope",
                                 "a b.service",
                                 "a/b.service",
                                 "a.service\n",
                                 "a@*.socket",
                                 "\xC3\xA4.service"})
    BOOST_TEST(!unit_pattern::parse(text), text);
  BOOST_TEST(unit_pattern::parse(std::string(247, 'a') + ".service").has_value());
  BOOST_TEST(!unit_pattern::parse(std::string(248, 'a') + ".service"));
  BOOST_TEST(!unit_pattern::parse(std::string("a\0.service", 10)));
}

BOOST_AUTO_TEST_CASE(a_name_means_that_unit_only) {
  const auto one = *unit_pattern::parse("slack@1.service");
  BOOST_TEST(one.matches("slack@1.service"));
  for (const std::string other :
       {"", "slack@2.service", "slack@1.scope", "slack@1.service.scope", "xslack@1.service"})
    BOOST_TEST(!one.matches(other), other);
}

BOOST_AUTO_TEST_CASE(a_template_means_its_instances_only) {
  const auto any = *unit_pattern::parse("slack@*.service");
  for (const std::string unit : {"slack@1.service", "slack@a.b.service", "slack@a@b.service"})
    BOOST_TEST(any.matches(unit), unit);
  for (const std::string other :
       {"", "slack@.service", "slack.service", "slack@1.scope", "slack2@1.service",
        "xslack@1.service", "slack@1", "slack@service", "slack@1.service.scope"})
    BOOST_TEST(!any.matches(other), other);
}

BOOST_AUTO_TEST_SUITE_END()
