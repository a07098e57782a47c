"""P4: what each operation leaves on record, and what is never in it."""

import os
import unittest

import coffer
from audit_case import OBSERVER, Audited, change, facts, open_to_observer, run_as_observer
from coffer import wire
from daemon import eventually, need_root
from raw_peer import RawPeer, header, request

SLACK = ("cmp_a", "slack", None, None)
RUN = ("cmp_a", None, "agt_1", "run_1")


class Records(Audited):
    """One table a subject: the call, and what it leaves."""

    def test_P4_who_when_and_by_which_rule(self):
        before = self.client.status()["started_at"]
        begun, done = self.on_record(lambda: self.client.set("cmp_a", "slack", "xoxb-1"))
        for record in (begun, done):
            self.assertEqual((record.uid, record.pid), (os.geteuid(), os.getpid()))
            self.assertEqual(record.rule, "owner")
            self.assertGreaterEqual(record.at, before - 1000)
        self.assertEqual((begun.sequence, done.sequence), (1, 2))

    def test_P4_integrations(self):
        c = self.client
        self.assert_leaves(change("integration_set", SLACK, version=1),
                           lambda: c.set("cmp_a", "slack", "xoxb-1"))
        self.assert_leaves(change("integration_set", SLACK, "already_exists"),
                           lambda: c.set("cmp_a", "slack", "xoxb-2"))
        self.assert_leaves(change("integration_rotate", SLACK, version=2),
                           lambda: c.rotate("cmp_a", "slack", "xoxb-3"))
        self.assert_leaves(change("integration_rotate", SLACK, "version_conflict"),
                           lambda: c.rotate("cmp_a", "slack", "xoxb-4", if_version=1))
        for _ in range(2):  # from the store, then from the cache
            self.assert_leaves([("integration_fetch", "done", *SLACK, 2)],
                               lambda: c.fetch("cmp_a", "slack"))
        self.assert_leaves(change("integration_delete", SLACK),
                           lambda: c.delete("cmp_a", "slack"))
        self.assert_leaves([("integration_fetch", "not_found", *SLACK, None)],
                           lambda: c.fetch("cmp_a", "slack"))

    def test_P4_runs(self):
        c = self.client
        c.set("cmp_a", "slack", "xoxb-1")
        by_run = ("cmp_a", "slack", "agt_1", "run_1")
        self.assert_leaves(change("run_begin", RUN), lambda: c.run_begin("cmp_a", "run_1", "agt_1"))
        c.rotate("cmp_a", "slack", "xoxb-2")
        self.assert_leaves([("integration_fetch", "done", *by_run, 1)],
                           lambda: c.fetch("cmp_a", "slack", "run_1"))
        self.assert_leaves([("ticket_issue", "done", *RUN, None)],
                           lambda: c.ticket_issue("cmp_a", "run_1"))
        with self.daemon.connect() as narrowed:
            self.assert_leaves([("narrow", "done", *RUN, None)],
                               lambda: narrowed.narrow("cmp_a", "run_1"))
            self.assert_leaves([("integration_fetch", "done", *by_run, 1)],
                               lambda: narrowed.fetch("cmp_a", "slack"))
        self.assert_leaves(change("run_end", RUN), lambda: c.run_end("cmp_a", "run_1"))
        ended = ("cmp_a", "slack", None, "run_1")
        self.assert_leaves([("integration_fetch", "run_ended", *ended, None)],
                           lambda: c.fetch("cmp_a", "slack", "run_1"))

    def test_P4_tickets(self):
        c = self.client
        c.run_begin("cmp_a", "run_1", "agt_1")
        ticket = c.ticket_issue("cmp_a", "run_1")
        with self.daemon.connect() as other:
            self.assert_leaves([("ticket_redeem", "done", *RUN, None)],
                               lambda: other.ticket_redeem(ticket))
        with self.daemon.connect() as other:
            self.assert_leaves([("ticket_redeem", "invalid_ticket", None, None, None, None, None)],
                               lambda: other.ticket_redeem(ticket))

    def test_P4_tokens(self):
        c = self.client
        names = ("cmp_a", None, "agt_1", None)
        records = self.on_record(lambda: c.token_issue("cmp_a", "agt_1", "memory:read"))
        first = c.token_fetch("cmp_a", "agt_1")
        self.assertEqual([facts(one) for one in records],
                         change("token_issue", names, version=1, subject=first.kid))
        of_first = ("cmp_a", first.kid, "agt_1", None)
        self.assert_leaves([("token_fetch", "done", *of_first, 1)],
                           lambda: c.token_fetch("cmp_a", "agt_1"))
        self.assert_leaves([("token_validate", "done", *of_first, 1)],
                           lambda: c.token_validate(first, "cmp_a", "agt_1"))
        self.assert_leaves([("token_validate", "wrong_agent", "cmp_a", first.kid, "agt_2", None,
                             None)], lambda: c.token_validate(first, "cmp_a", "agt_2"))
        records = self.on_record(lambda: c.token_rotate("cmp_a", "agt_1"))
        second = c.token_fetch("cmp_a", "agt_1")
        self.assertEqual([facts(one) for one in records],
                         change("token_rotate", names, version=2, subject=second.kid))
        self.assert_leaves([("token_validate", "token_revoked", *of_first, None)],
                           lambda: c.token_validate(first, "cmp_a", "agt_1"))
        of_second = ("cmp_a", second.kid, "agt_1", None)
        self.assert_leaves(change("token_revoke", of_second),
                           lambda: c.token_revoke("cmp_a", "agt_1", second.kid))
        self.assert_leaves(change("token_revoke", names),
                           lambda: c.token_revoke("cmp_a", "agt_1"))

    def test_P4_what_shows_no_value_and_changes_nothing_leaves_none(self):
        c = self.client
        c.set("cmp_a", "slack", "xoxb-1")
        for call in (c.ping, c.status, lambda: c.show("cmp_a", "slack"),
                     lambda: list(c.list("cmp_a")), lambda: list(c.runs("cmp_a")),
                     lambda: list(c.tokens("cmp_a")), lambda: list(c.audit()), c.audit_verify,
                     lambda: c.policy_explain(0, "ping"), lambda: self.daemon.connect().close()):
            self.assert_leaves([], call)

    def test_P4_a_refusal_names_the_rules_that_matched(self):
        need_root(self)
        daemon = open_to_observer(self, ["cmp_a"])
        run_as_observer(self, daemon)
        with daemon.connect() as client:
            denied = list(client.audit(after=0))[-1]
        self.assertEqual((denied.operation, denied.outcome), ("integration_fetch", "denied"))
        self.assertEqual((denied.uid, denied.rule), (OBSERVER, "watch"))
        self.assertNotEqual(denied.pid, os.getpid())


class Values(Audited):
    """No value, wherever a record or what is near it is kept."""

    def test_P4_S3_no_value_is_on_record_nor_beside_it(self):
        c, secrets = self.client, [b"xoxb-canary-of-set", b"xoxb-canary-of-rotate"]
        c.set("cmp_canary", "slack", secrets[0])
        c.fetch("cmp_canary", "slack")
        c.rotate("cmp_canary", "slack", secrets[1])
        c.run_begin("cmp_canary", "run_1", "agt_1")
        with self.daemon.connect() as other:
            ticket = c.ticket_issue("cmp_canary", "run_1")
            other.ticket_redeem(ticket)
        token = self.present_tokens()
        self.present_elsewhere(secrets[0])
        # Of a token its kid is public, the rest is not.
        secrets += [ticket.reveal().encode(), token[:25].encode(), token[-25:].encode()]
        for state in ("running", "killed"):
            self.assert_nowhere(secrets, (b"cmp_canary", b"agt_1"), state)
            if state == "running":
                self.daemon.kill()

    def present_tokens(self):
        """A token, as it is and mistyped; the good one."""
        c = self.client
        kid = c.token_issue("cmp_canary", "agt_1", "memory:read").kid
        token = c.token_fetch("cmp_canary", "agt_1").reveal()
        wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
        self.assertEqual(c.token_validate(token, "cmp_canary", "agt_1").kid, kid)
        self.assertRaises(coffer.TokenUnknown, c.token_validate, wrong, "cmp_canary", "agt_1")
        return token

    def present_elsewhere(self, secret):
        """A value where a name, a token or a ticket should be."""
        misplaced = bytes([1]) + len(secret + b"\n").to_bytes(4, "big") + secret + b"\n"
        with RawPeer(self.daemon.socket) as peer:
            for operation in ("integration_fetch", "integration_delete", "token_validate"):
                opcode = wire.OPERATIONS[operation][0]
                peer.send(header(8 + len(misplaced), opcode) + misplaced)
                self.assertIn(peer.error(), ("invalid_field", "missing_field"))
            peer.send(request("token_validate", token=secret, company="cmp_canary", agent="agt_1"))
            self.assertEqual(peer.error(), "token_unknown")
            peer.send(request("ticket_redeem", ticket=secret))
            self.assertEqual(peer.error(), "invalid_ticket")

    def assert_nowhere(self, secrets, names, state):
        files = [path for path in self.daemon.home.rglob("*") if path.is_file()]
        self.assertTrue(any(path.suffix == ".spool" for path in files))
        kept = b"".join(path.read_bytes() for path in files) + self.daemon.log().encode()
        for secret in secrets:
            self.assertFalse(secret in kept, f"{state}: a value is in a file or the log")
        for name in names:  # what the scan finds if it is there
            self.assertTrue(name in kept, state)


class LastUse(Audited):
    """last_used_at comes from the records, within seconds."""

    def shows_use(self, read, at):
        """Waits until the last use that read() tells is `at`."""
        eventually(lambda: read() == at, "the use is noted")

    def until_later(self, record, call):
        """Calls until the clock of the records has moved on."""
        eventually(lambda: self.on_record(call)[-1].at > record.at, "the clock moves on")

    def test_I3_a_fetch_is_the_integrations_last_use(self):
        c = self.client
        c.set("cmp_a", "slack", "xoxb-1")
        c.set("cmp_a", "github", "ghp_1")
        self.assertIsNone(c.show("cmp_a", "slack").last_used_at)
        fetched = self.on_record(lambda: c.fetch("cmp_a", "slack"))[0]
        used = lambda: c.show("cmp_a", "slack").last_used_at
        self.shows_use(used, fetched.at)
        self.until_later(fetched, lambda: c.rotate("cmp_a", "slack", "xoxb-2"))
        self.until_later(fetched, lambda: c.fetch("cmp_a", "slack", "run_unknown"))
        self.assertEqual([one.last_used_at for one in c.list("cmp_a")], [None, fetched.at])
        c.run_begin("cmp_a", "run_1", "agt_1")
        again = self.on_record(lambda: c.fetch("cmp_a", "slack", "run_1"))[0]
        self.shows_use(used, again.at)

    def test_A1_a_good_validation_is_the_tokens_last_use(self):
        c = self.client
        c.token_issue("cmp_a", "agt_1", "memory:read")
        self.assertIsNone(next(c.tokens("cmp_a")).last_used_at)
        fetched = self.on_record(lambda: c.token_fetch("cmp_a", "agt_1"))[0]
        used = lambda: next(c.tokens("cmp_a")).last_used_at
        self.shows_use(used, fetched.at)
        token = c.token_fetch("cmp_a", "agt_1")
        good = self.on_record(lambda: c.token_validate(token, "cmp_a", "agt_1"))[0]
        self.until_later(good, lambda: c.token_validate(token, "cmp_a", "agt_2"))
        self.until_later(good, lambda: c.token_validate(token, "cmp_a", "agt_1", "memory:write"))
        self.shows_use(used, good.at)

    def test_I3_a_use_that_a_kill_left_in_the_spool_is_noted_after_the_restart(self):
        c = self.client
        c.set("cmp_a", "slack", "xoxb-1")
        c.fetch("cmp_a", "slack")
        self.daemon.kill()
        self.daemon.start()
        fetched = list(c.audit("cmp_a"))[0]
        self.shows_use(lambda: c.show("cmp_a", "slack").last_used_at, fetched.at)


if __name__ == "__main__":
    unittest.main()
