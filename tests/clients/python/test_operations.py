"""C1: each method asks its operation, with what it was given, and gives back what came."""

import unittest

import coffer
from fake_daemon import FakeDaemon, answering

INTEGRATION = {"integration": "slack", "provider": "slack", "label": "", "status": "connected",
               "scopes": "", "version": 2, "created_at": 1, "rotated_at": 2}
RUN = {"run": "run_7", "agent": "agt_a", "epoch": 4, "began_at": 5, "ends_at": 6}
AUTHORITY = {"company": "cmp_a", "agent": "agt_a", "run": "run_7", "ends_at": 6}
TOKEN = {"kid": "k1", "agent": "agt_a", "scopes": "memory:read", "version": 3, "issued_at": 7}
AT_RUN = {"company": "cmp_a", "run": "run_7"}
OF_AGENT = {"company": "cmp_a", "agent": "agt_a"}
ENTRY = {"sequence": 9, "at": 1, "uid": 1001, "pid": 8, "operation": "integration_fetch",
         "outcome": "done", "rule": "owner"}


class Operations(unittest.TestCase):
    """One question, one answer."""

    def asked(self, call, operation, request, reply):
        """Calls, asserts what was asked, and returns what came of it."""
        script = answering(**{operation: reply})
        with FakeDaemon(script) as daemon, coffer.connect(daemon.path) as client:
            try:
                return call(client)
            finally:
                self.assertEqual(script.asked, [(operation, request)])

    def test_R1_fetch_for_a_run(self):
        secret = self.asked(
            lambda c: c.fetch("cmp_a", "slack", run="run_7"), "integration_fetch",
            {"company": "cmp_a", "integration": "slack", "run": "run_7"},
            {"value": b"v", "version": 2, "freshness": "pinned"})
        self.assertEqual((secret.freshness, secret.fell_forward, secret.kid),
                         ("pinned", False, None))

    def test_R2_a_fetch_that_fell_forward_says_so(self):
        secret = self.asked(
            lambda c: c.fetch("cmp_a", "slack"), "integration_fetch",
            {"company": "cmp_a", "integration": "slack"},
            {"value": b"v", "version": 2, "freshness": "fresh", "fell_forward": True})
        self.assertIs(secret.fell_forward, True)

    def test_R2_rotate_cuts_only_when_asked(self):
        base = {"company": "cmp_a", "integration": "slack", "value": b"v"}
        self.asked(lambda c: c.rotate("cmp_a", "slack", "v", cut=True), "integration_rotate",
                   {**base, "cut": True}, INTEGRATION)
        self.asked(lambda c: c.rotate("cmp_a", "slack", "v"), "integration_rotate", base,
                   INTEGRATION)

    def test_R1_run_begin(self):
        self.assertEqual(coffer.Run(**RUN), self.asked(
            lambda c: c.run_begin("cmp_a", "run_7", "agt_a", 60000), "run_begin",
            {**AT_RUN, "agent": "agt_a", "time_limit": 60000}, RUN))

    def test_R1_run_end(self):
        self.asked(lambda c: c.run_end("cmp_a", "run_7"), "run_end", AT_RUN, {})

    def test_R1_runs(self):
        self.assertEqual([coffer.Run(**RUN)], self.asked(
            lambda c: list(c.runs("cmp_a")), "run_list", {"company": "cmp_a"},
            {"runs": [RUN], "next": None}))

    def test_R3_narrow(self):
        def call(client):
            made = client.narrow("cmp_a", "run_7")
            self.assertEqual((client.narrowed, client.authority), (True, made))
            return made

        self.assertEqual(coffer.Authority(**AUTHORITY),
                         self.asked(call, "narrow", AT_RUN, AUTHORITY))

    def test_R3_ticket_issue(self):
        ticket = self.asked(lambda c: c.ticket_issue("cmp_a", "run_7", uid=1001, lifetime=500),
                            "ticket_issue", {**AT_RUN, "uid": 1001, "lifetime": 500},
                            {"ticket": b"ctkt_canary", "expires_at": 12})
        self.assertEqual((ticket.reveal(), ticket.expires_at), ("ctkt_canary", 12))

    def test_R3_ticket_redeem_takes_text_bytes_and_tickets(self):
        for ticket in ("ctkt_1", b"ctkt_1", coffer.Ticket(b"ctkt_1", 12)):
            self.assertEqual(coffer.Authority(**AUTHORITY), self.asked(
                lambda c, ticket=ticket: c.ticket_redeem(ticket), "ticket_redeem",
                {"ticket": b"ctkt_1"}, AUTHORITY))

    def test_A1_token_issue(self):
        self.assertEqual(coffer.Token(**TOKEN), self.asked(
            lambda c: c.token_issue("cmp_a", "agt_a", "memory:read", expires_at=99), "token_issue",
            {**OF_AGENT, "scopes": "memory:read", "expires_at": 99}, TOKEN))

    def test_A1_token_fetch(self):
        token = self.asked(lambda c: c.token_fetch("cmp_a", "agt_a"), "token_fetch", OF_AGENT,
                           {"value": b"cagt_x", "kid": "k1", "version": 3, "freshness": "fresh"})
        self.assertEqual((token.reveal(), token.kid, token.version), ("cagt_x", "k1", 3))

    def test_A1_token_rotate(self):
        self.asked(lambda c: c.token_rotate("cmp_a", "agt_a"), "token_rotate", OF_AGENT, TOKEN)
        self.asked(lambda c: c.token_rotate("cmp_a", "agt_a", overlap=1, expires_at=2, scopes="a"),
                   "token_rotate", {**OF_AGENT, "overlap": 1, "expires_at": 2, "scopes": "a"},
                   TOKEN)

    def test_A3_token_revoke(self):
        self.assertEqual(2, self.asked(lambda c: c.token_revoke("cmp_a", "agt_a"), "token_revoke",
                                       OF_AGENT, {"revoked": 2}))
        self.asked(lambda c: c.token_revoke("cmp_a", "agt_a", "k1"), "token_revoke",
                   {**OF_AGENT, "kid": "k1"}, {"revoked": 0})

    def test_A1_tokens(self):
        self.assertEqual([coffer.Token(**TOKEN)], self.asked(
            lambda c: list(c.tokens("cmp_a", "agt_a")), "token_list", OF_AGENT,
            {"tokens": [TOKEN], "next": None}))

    def test_A2_token_validate(self):
        good = self.asked(
            lambda c: c.token_validate(coffer.Secret(b"cagt_x", 3), "cmp_a", "agt_a", "a:b"),
            "token_validate", {"token": b"cagt_x", **OF_AGENT, "scope": "a:b"},
            {"kid": "k1", "scopes": "a:*", "expires_at": 5, "freshness": "stale", "age": 70})
        self.assertEqual(good, coffer.ValidToken("k1", "a:*", 5, "stale", 70))

    def test_R4_whoami(self):
        grant = {"rule": "adapters", "roles": "adapter", "rights": "connect fetch",
                 "companies": "cmp_a", "integrations": None, "agents": None}
        said = {"uid": 1001, "run": "run_7", "company": "cmp_a", "agent": "agt_b", "ends_at": 9}
        found = self.asked(lambda c: c.whoami(), "whoami", {}, {**said, "grants": [grant]})
        self.assertEqual(found, coffer.Identity(**said, grants=[coffer.Grant(**grant)]))

    def test_C4_companies(self):
        found = self.asked(lambda c: list(c.companies()), "company_list", {},
                           {"companies": [{"company": "cmp_a"}, {"company": "cmp_b"}]})
        self.assertEqual(found, ["cmp_a", "cmp_b"])

    def test_S5_hosts(self):
        host = {"host": "h1", "name": "host-1", "version": "cofferd 1", "keys": "aa bb",
                "started_at": 5, "seen_ago": 6, "lag": 7, "clock_ahead": None,
                "clock_behind": 8}
        self.assertEqual([coffer.Host(**host)], self.asked(
            lambda c: list(c.hosts()), "host_list", {}, {"hosts": [host], "next": None}))

    def test_P4_audit_verify(self):
        chain = {"chain": "c1", "records": 5, "first": 1, "last": 5, "intact": False, "where": "x"}
        self.assertEqual([coffer.AuditChain(**chain)], self.asked(
            lambda c: c.audit_verify(), "audit_verify", {}, {"chains": [chain]}))

    def test_P2_policy_explain(self):
        verdict = {"rule": "owner", "grants": False, "reason": "another uid"}
        said = self.asked(
            lambda c: c.policy_explain(1001, "integration_fetch", unit="a.service",
                                       company="cmp_a", integration="slack", agent="agt_a"),
            "policy_explain", {"uid": 1001, "unit": "a.service", "operation": "integration_fetch",
                               **OF_AGENT, "integration": "slack"},
            {"allowed": False, "verdicts": [verdict]})
        self.assertEqual(said, (False, [coffer.Verdict(**verdict)]))


class Refusals(unittest.TestCase):
    """Why a token is not good."""

    def test_A2_a_refusal_has_its_class_and_a_reason(self):
        refusals = {60: coffer.TokenUnknown, 61: coffer.TokenExpired, 62: coffer.TokenRevoked,
                    63: coffer.WrongAgent, 64: coffer.WrongCompany, 65: coffer.MissingScope}
        for code, kind in refusals.items():
            script = answering(token_validate=(code, f"reason_{code}"))
            with self.subTest(code), FakeDaemon(script) as daemon, \
                    coffer.connect(daemon.path) as client:
                with self.assertRaises(coffer.TokenRefused) as raised:
                    client.token_validate("cagt_x", "cmp_a", "agt_a")
                self.assertIs(type(raised.exception), kind)
                self.assertEqual(raised.exception.reason, f"reason_{code}")

    def test_A2_what_cannot_be_a_token_is_unknown_not_a_wrong_argument(self):
        script = answering()
        with FakeDaemon(script) as daemon, coffer.connect(daemon.path) as client:
            for shown in ("", b"", "canary" * 100, "canary\udcff" * 100):
                with self.assertRaises(coffer.TokenUnknown) as raised:
                    client.token_validate(shown, "cmp_a", "agt_a")
                self.assertEqual(raised.exception.reason, "token_unknown")
                self.assertNotIn("canary", repr(raised.exception))
            for argument in (None, 7):
                self.assertRaises(coffer.InvalidField, client.token_validate, argument, "cmp_a",
                                  "agt_a")
            self.assertRaises(coffer.InvalidField, client.token_validate, "cagt_x", "cmp a", "a")
        self.assertEqual(script.asked, [])

    def test_A2_a_token_that_utf8_cannot_encode_is_for_the_daemon_to_refuse(self):
        script = answering(token_validate=(60, "token_unknown"))
        with FakeDaemon(script) as daemon, coffer.connect(daemon.path) as client:
            self.assertRaises(coffer.TokenUnknown, client.token_validate, "cagt_\udcff", "cmp_a",
                              "agt_a")


class Pages(unittest.TestCase):
    """What comes by pages comes whole."""

    def came(self, operation, pages, call, **request):
        """What the iterator of `call` gives when `pages` are answered one after the other, and the
        further fields of each question."""
        script = answering(**{operation: list(pages)})
        with FakeDaemon(script) as daemon, coffer.connect(daemon.path) as client:
            found = list(call(client))
        for asked, fields in script.asked:
            self.assertEqual((asked, fields), (operation, {**fields, **request}))
        return found, [{name: value for name, value in fields.items() if name not in request}
                       for _, fields in script.asked]

    def entries(self, *numbers):
        return [{**ENTRY, "sequence": number} for number in numbers]

    def test_R1_runs_by_pages(self):
        found, asked = self.came(
            "run_list", [{"runs": [RUN, {**RUN, "run": "run_8"}], "next": "run_8"},
                         {"runs": [], "next": "run_85"},
                         {"runs": [{**RUN, "run": "run_9"}], "next": None}],
            lambda c: c.runs("cmp_a"), company="cmp_a")
        self.assertEqual([one.run for one in found], ["run_7", "run_8", "run_9"])
        self.assertEqual(asked, [{}, {"after": "run_8"}, {"after": "run_85"}])

    def test_A1_tokens_by_pages_go_on_where_the_page_says(self):
        found, asked = self.came(
            "token_list", [{"tokens": [TOKEN], "next": "k15"},
                           {"tokens": [{**TOKEN, "kid": "k2"}], "next": None}],
            lambda c: c.tokens("cmp_a", "agt_a"), **OF_AGENT)
        self.assertEqual([one.kid for one in found], ["k1", "k2"])
        self.assertEqual(asked, [{}, {"after": "k15"}])

    def test_P4_audit_forward_goes_on_where_the_page_ended(self):
        found, asked = self.came(
            "audit_list", [{"records": self.entries(1, 2), "position": 40, "next": 40},
                           {"records": [], "position": 80, "next": 80},
                           {"records": self.entries(81), "position": 81, "next": None}],
            lambda c: c.audit("cmp_a", after=0, chain="c1"), company="cmp_a", chain="c1", limit=200)
        self.assertEqual([one.sequence for one in found], [1, 2, 81])
        self.assertEqual(asked, [{"after": 0}, {"after": 40}, {"after": 80}])

    def test_P4_audit_goes_backward_from_the_end(self):
        found, asked = self.came(
            "audit_list", [{"records": self.entries(9, 8), "position": 8, "next": 8},
                           {"records": self.entries(7), "position": 7, "next": None}],
            lambda c: c.audit(), limit=200)
        self.assertEqual([one.sequence for one in found], [9, 8, 7])
        self.assertEqual(asked, [{}, {"before": 8}])

    def test_P4_audit_takes_no_more_than_its_limit(self):
        found, asked = self.came(
            "audit_list", [{"records": self.entries(9), "position": 9, "next": 9},
                           {"records": self.entries(8, 7), "position": 7, "next": 7}],
            lambda c: c.audit(before=10, limit=3))
        self.assertEqual([one.sequence for one in found], [9, 8, 7])
        self.assertEqual(asked, [{"before": 10, "limit": 3}, {"before": 9, "limit": 2}])

    def test_P4_audit_that_does_not_move_ends(self):
        page = {"records": self.entries(9), "position": 9, "next": 9}
        found, _ = self.came("audit_list", [page, page, page], lambda c: c.audit(before=10))
        self.assertEqual(len(found), 2)


if __name__ == "__main__":
    unittest.main()
