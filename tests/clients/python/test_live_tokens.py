"""A1–A3, P2, P4 with a real daemon: the life of a token, what the trail knows, what policy says."""

import time
import unittest

import coffer
from daemon import Daemon, eventually

SCOPES = "memory:read tools:call:github.*"
DAY = 86_400_000  # ms


class Live(unittest.TestCase):
    """A client of a daemon of its own."""

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.client = self.daemon.connect()
        self.addCleanup(self.client.close)

    def issue(self, agent="agt_a", company="cmp_a", **options):
        """The value of a new token."""
        self.client.token_issue(company, agent, SCOPES, **options)
        return self.client.token_fetch(company, agent)

    def reason(self, token, company="cmp_a", agent="agt_a", scope=None):
        """Why a token is refused, by its exception and by its stable name; None if it is good."""
        try:
            self.client.token_validate(token, company, agent, scope)
        except coffer.TokenRefused as refused:
            return type(refused), refused.reason
        return None


class Tokens(Live):
    """A1 to A3."""

    def test_A1_a_tokens_life(self):
        made = self.client.token_issue("cmp_a", "agt_a", SCOPES)
        self.assertEqual((made.agent, made.scopes, made.revoked_at), ("agt_a", SCOPES, None))
        self.assertRaises(coffer.AlreadyExists, self.client.token_issue, "cmp_a", "agt_a", SCOPES)
        first = self.client.token_fetch("cmp_a", "agt_a")
        self.assertEqual((first.kid, first.version), (made.kid, made.version))
        good = self.client.token_validate(first, "cmp_a", "agt_a", "tools:call:github.search")
        self.assertEqual(good, coffer.ValidToken(made.kid, SCOPES))
        turned = self.client.token_rotate("cmp_a", "agt_a", scopes="memory:read")
        second = self.client.token_fetch("cmp_a", "agt_a")
        self.assertEqual((second.kid, turned.scopes), (turned.kid, "memory:read"))
        self.assertEqual(self.reason(first), (coffer.TokenRevoked, "token_revoked"))
        self.assertIsNone(self.reason(second))
        self.assertEqual(self.client.token_revoke("cmp_a", "agt_a"), 1)
        self.assertEqual(self.reason(second), (coffer.TokenRevoked, "token_revoked"))
        self.assertRaises(coffer.NotFound, self.client.token_fetch, "cmp_a", "agt_a")
        self.assertEqual(self.client.token_revoke("cmp_a", "agt_a"), 0)

    def test_A1_an_overlap_keeps_the_old_one_good(self):
        first = self.issue()
        self.client.token_rotate("cmp_a", "agt_a", overlap=DAY)
        second = self.client.token_fetch("cmp_a", "agt_a")
        self.assertEqual([self.reason(first), self.reason(second)], [None, None])
        self.assertEqual(self.client.token_revoke("cmp_a", "agt_a", first.kid), 1)
        self.assertEqual(self.reason(first), (coffer.TokenRevoked, "token_revoked"))
        self.assertIsNone(self.reason(second))

    def test_A2_each_refusal_has_its_class_and_reason(self):
        token = self.issue()
        self.issue(agent="agt_b")
        self.assertIsNone(self.reason(token, scope="memory:read"))
        flipped = bytearray(token.reveal_bytes())
        flipped[-10] ^= 1
        refusals = {
            "flipped": (self.reason(bytes(flipped)), coffer.TokenUnknown, "token_unknown"),
            "empty": (self.reason(""), coffer.TokenUnknown, "token_unknown"),
            "long": (self.reason("x" * 4096), coffer.TokenUnknown, "token_unknown"),
            "agent": (self.reason(token, agent="agt_b"), coffer.WrongAgent, "wrong_agent"),
            "company": (self.reason(token, company="cmp_b"), coffer.WrongCompany, "wrong_company"),
            "scope": (self.reason(token, scope="memory:write"), coffer.MissingScope,
                      "missing_scope"),
        }
        for what, (said, kind, name) in refusals.items():
            with self.subTest(what):
                self.assertEqual(said, (kind, name))
        self.assertNotIn(token.reveal(), self.daemon.log())

    def test_A2_an_expired_token(self):
        token = self.issue()
        self.client.token_rotate("cmp_a", "agt_a", overlap=1)
        eventually(lambda: self.reason(token), "the overlap ends")
        self.assertEqual(self.reason(token), (coffer.TokenExpired, "token_expired"))

    def test_A1_a_token_says_when_it_expires(self):
        soon = int(time.time() * 1000) + DAY
        token = self.issue(expires_at=soon)
        good = self.client.token_validate(token, "cmp_a", "agt_a")
        self.assertEqual((token.expires_at, good.expires_at), (soon, soon))

    def test_A1_the_tokens_of_a_company_and_of_one_agent(self):
        for agent in ("agt_a", "agt_b", "agt_c"):
            self.issue(agent=agent)
        self.issue(company="cmp_b")
        found = list(self.client.tokens("cmp_a"))
        self.assertEqual({one.agent for one in found}, {"agt_a", "agt_b", "agt_c"})
        self.assertEqual([one.kid for one in found], sorted(one.kid for one in found))
        self.assertEqual([one.agent for one in self.client.tokens("cmp_a", "agt_b")], ["agt_b"])


class Trail(Live):
    """P4."""

    def test_P4_the_trail_has_what_was_done_in_its_order(self):
        self.client.set("cmp_a", "slack", "xoxb-canary")
        self.client.run_begin("cmp_a", "run_1", "agt_a")
        self.client.fetch("cmp_a", "slack", run="run_1")
        self.client.set("cmp_b", "slack", "xoxb-canary")
        self.assertRaises(coffer.NotFound, self.client.fetch, "cmp_a", "nothing")
        found = list(self.client.audit("cmp_a", after=0))
        self.assertEqual([(one.operation, one.outcome, one.subject, one.run) for one in found], [
            ("integration_set", "begun", "slack", None), ("integration_set", "done", "slack", None),
            ("run_begin", "begun", None, "run_1"), ("run_begin", "done", None, "run_1"),
            ("integration_fetch", "done", "slack", "run_1"),
            ("integration_fetch", "not_found", "nothing", None)])
        self.assertEqual({(one.company, one.rule) for one in found}, {("cmp_a", "owner")})
        self.assertEqual([one.sequence for one in self.client.audit("cmp_a")],
                         [one.sequence for one in reversed(found)])
        self.assertNotIn("canary", str(found))

    def test_P4_a_long_trail_comes_whole_by_pages_in_both_directions(self):
        self.client.set("cmp_a", "slack", "xoxb-canary")
        for _ in range(450):
            self.client.fetch("cmp_a", "slack")
        forward = [one.sequence for one in self.client.audit(after=0)]
        self.assertEqual(forward, list(range(1, 453)))
        self.assertEqual([one.sequence for one in self.client.audit()], forward[::-1])
        self.assertEqual([one.sequence for one in self.client.audit(after=100, limit=250)],
                         list(range(101, 351)))
        self.assertEqual([one.sequence for one in self.client.audit(before=4)], [3, 2, 1])

    def test_P4_an_intact_trail_verifies(self):
        self.client.set("cmp_a", "slack", "xoxb-canary")
        (chain,) = self.client.audit_verify()
        self.assertEqual((chain.intact, chain.where, chain.first, chain.last),
                         (True, None, 1, chain.records))
        self.assertEqual(len(list(self.client.audit(chain=chain.chain))), chain.records)


class Policy(Live):
    """P2."""

    def test_P2_explain_says_who_may_and_by_which_rule(self):
        mine = self.client.policy_explain(0, "integration_fetch", company="cmp_a",
                                          integration="slack")
        self.assertIs(mine.allowed, True)
        self.assertEqual([one.rule for one in mine.verdicts if one.grants], ["owner"])
        strangers = self.client.policy_explain(4242, "integration_fetch")
        self.assertIs(strangers.allowed, False)
        self.assertEqual([one.grants for one in strangers.verdicts], [False])
        self.assertRaises(coffer.InvalidField, self.client.policy_explain, 0, "no_operation")


if __name__ == "__main__":
    unittest.main()
