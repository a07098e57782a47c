"""S6, R2, A3: what failed writes, gaps and changes elsewhere leave of the caches in the outage that
follows. What may be told is told, called stale; what was deleted or revoked is not."""

import time
import unittest

import coffer
from hosts import COMPANY, HostsCase, eventually

LONG = {"max_stale": 3600, "max_stale_tokens": 3600, "database_timeout_ms": 700}


class DoubtCase(HostsCase):
    server_options = {"durable": True}

    def issued(self, client, agent="agt_1"):
        client.token_issue(COMPANY, agent, scopes="memory:read")
        return client.token_fetch(COMPANY, agent).reveal()

    def outage(self, *clients):
        """Stops the server, until each daemon has seen it."""
        self.server.stop()
        for client in clients:
            eventually(lambda c=client: self.fetched(c, "probe")[2] == "stale", "it is seen")

    def cached(self, client, *names):
        for name in ("probe", *names):
            client.set(COMPANY, name, "old", replace=True)
            self.fetched(client, name)

    def gaps(self, daemon):
        return len(daemon.lines("feed_gap"))

    def error_of(self, act):
        with self.assertRaises(coffer.Error) as refused:
            act()
        return refused.exception.name


class FailedWrites(DoubtCase):
    def test_S6_a_write_that_was_refused_takes_nothing_away(self):
        client = self.client(self.host(**LONG))
        self.cached(client, "slack", "github", "stripe")
        token, other = self.issued(client), self.issued(client, "agt_2")
        for one, agent in ((token, "agt_1"), (other, "agt_2")):
            client.token_validate(one, COMPANY, agent, "memory:read")
        self.outage(client)
        for act in (lambda: client.rotate(COMPANY, "slack", "new"),
                    lambda: client.delete(COMPANY, "github"),
                    lambda: client.set(COMPANY, "stripe", "new", replace=True),
                    lambda: client.token_rotate(COMPANY, "agt_1"),
                    lambda: client.token_revoke(COMPANY, "agt_2")):
            self.assertEqual(self.error_of(act), "store_unavailable")
        for name in ("slack", "github", "stripe"):
            value, _, freshness = self.fetched(client, name)
            self.assertEqual((value, freshness), ("old", "stale"), name)
        for one, agent in ((token, "agt_1"), (other, "agt_2")):
            found = client.token_validate(one, COMPANY, agent, "memory:read")
            self.assertEqual(found.freshness, "stale")


class Gaps(DoubtCase):
    def test_S6_two_restarts_and_an_outage_leave_what_was_cached(self):
        daemon = self.host(**LONG)
        client = self.client(daemon)
        self.cached(client, "slack")
        token = self.issued(client)
        client.token_validate(token, COMPANY, "agt_1", "memory:read")
        for count in (1, 2):
            self.server.restart()
            eventually(lambda n=count: self.gaps(daemon) >= n, "the gap is seen")
        self.server.stop()
        found = eventually(lambda: self.stale(client), "it is served")
        self.assertEqual(found.reveal(), "old")
        self.assertEqual(client.token_validate(token, COMPANY, "agt_1").freshness, "stale")

    def stale(self, client):
        found = client.fetch(COMPANY, "slack")
        return found if found.freshness == "stale" else None


class Elsewhere(DoubtCase):
    def setUp(self):
        super().setUp()
        self.on_a, self.on_b = (self.client(self.host(**LONG)) for _ in range(2))
        self.cached(self.on_a, "slack", "github")
        for name in ("probe", "slack", "github"):
            self.fetched(self.on_b, name)
        self.token = self.issued(self.on_a)
        self.on_b.token_validate(self.token, COMPANY, "agt_1", "memory:read")

    def told(self):
        """B has read in the feed what was changed until now: this, too."""
        version = self.on_a.rotate(COMPANY, "probe", "new").version
        eventually(lambda: self.fetched(self.on_b, "probe")[1] == version, "B has read the feed")

    def test_S6_what_was_rotated_just_before_an_outage_is_served_stale(self):
        self.on_a.rotate(COMPANY, "slack", "new")
        self.told()
        self.outage(self.on_a, self.on_b)
        self.assertEqual(self.fetched(self.on_a)[::2], ("new", "stale"))
        self.assertEqual(self.fetched(self.on_b)[::2], ("old", "stale"))

    def test_R2_I6_A3_what_was_cut_deleted_or_revoked_just_before_an_outage_is_refused(self):
        self.on_a.rotate(COMPANY, "slack", "new", cut=True)
        self.on_a.delete(COMPANY, "github")
        self.on_a.token_revoke(COMPANY, "agt_1")
        self.told()
        self.outage(self.on_a, self.on_b)
        for client in (self.on_a, self.on_b):
            self.assertEqual(self.error_of(lambda c=client: c.fetch(COMPANY, "github")),
                             "store_unavailable")
            self.assertIn(self.error_of(lambda c=client: c.token_validate(
                self.token, COMPANY, "agt_1")), ("store_unavailable", "token_revoked"))
        self.assertEqual(self.error_of(lambda: self.on_b.fetch(COMPANY, "slack")),
                         "store_unavailable")
        self.assertEqual(self.fetched(self.on_a)[::2], ("new", "stale"))

    def test_S6_an_outage_is_not_felt_by_fetches_of_what_is_cached(self):
        self.outage(self.on_b)
        began = time.monotonic()
        for _ in range(2_000):
            self.assertEqual(self.fetched(self.on_b)[2], "stale")
        print(f"a fetch in an outage: {(time.monotonic() - began) / 2_000 * 1e6:.0f} us")


if __name__ == "__main__":
    unittest.main()
