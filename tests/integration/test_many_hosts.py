"""S5, A3: what one host changes, the others serve; whatever becomes of the notifications."""

import pathlib
import statistics
import subprocess
import threading
import time
import unittest

import coffer
from daemon import BINARY_DIR, Daemon, clean_environment, refused_start
from hosts import COMPANY, HostsCase, eventually
from proxy import Proxy

ROUNDS = 20
BOUND = 1.0  # seconds: S5's


ROLES = pathlib.Path(__file__).resolve().parents[2] / "systemd" / "postgresql_roles.sql"


class LeastPrivilege(HostsCase):
    """What sidecar/POSTGRESQL.md tells operators to do."""

    def test_S4_the_daemons_role_reads_and_writes_rows_and_nothing_else(self):
        self.server.sql(ROLES.read_text(encoding="utf-8"))
        owner, daemon = (self.server.url(user=f"coffer_{one}") for one in ("owner", "daemon"))
        refused = Daemon(start=False)
        self.cleanup.callback(refused.close)
        code, line = refused_start(refused, DATABASE_URL=daemon)
        self.assertEqual(code, 78)
        self.assertIn("cofferd --migrate", line)
        subprocess.run([BINARY_DIR / "sidecar" / "cofferd", "--migrate"], check=True,
                       env=clean_environment(DATABASE_URL=owner,
                                             COMPANY_AGENTS_HOME=refused.instance))
        host = self.host(url=daemon)
        with host.connect() as client:
            client.set(COMPANY, "slack", "v")
            client.token_issue(COMPANY, "agt_1", scopes="memory:read")
            client.run_begin(COMPANY, "run_1", "agt_1")
            client.run_end(COMPANY, "run_1")
            self.until_fresh(client)
        self.assertEqual(host.lines("sqlstate"), [])
        for statement in ("DROP TABLE coffer.secrets", "ALTER TABLE coffer.runs ADD x integer",
                          "CREATE TABLE coffer.mine (i integer)", "TRUNCATE coffer.changes"):
            with self.assertRaises(AssertionError, msg=statement):
                self.server.sql(f"SET ROLE coffer_daemon; {statement}")


class ManyHosts(HostsCase):
    def setUp(self):
        super().setUp()
        self.a = self.host()
        self.proxy = self.cleanup.enter_context(Proxy(self.server))
        self.b = self.host(url=self.proxy.url())
        self.on_a, self.on_b = self.client(self.a), self.client(self.b)
        self.on_a.set(COMPANY, "slack", "v0")
        self.fetched(self.on_b)

    def rotations(self, before_each=lambda: None):
        """Times from a rotation on A until B serves it, in seconds. B's answers never go back."""
        times, newest = [], 0
        for number in range(1, ROUNDS + 1):
            before_each()
            self.fetched(self.on_b)  # cached there
            version = self.on_a.rotate(COMPANY, "slack", f"v{number}").version
            began = time.monotonic()
            seen = 0
            while seen < version:
                seen = self.fetched(self.on_b)[1]
                self.assertGreaterEqual(seen, newest, "an older version than before")
                newest = seen
                self.assertLess(time.monotonic() - began, 30, "B never serves it")
            times.append(time.monotonic() - began)
        return times

    def check(self, what, times):
        median = statistics.median(times)
        print(f"{what}: median {median * 1000:.1f} ms, longest {max(times) * 1000:.1f} ms")
        self.assertLess(median, BOUND)

    def test_S5_rotation_is_served_elsewhere(self):
        self.check("notifications on", self.rotations())

    def test_S5_rotation_is_served_elsewhere_without_notifications(self):
        self.proxy.notifications = "drop"
        self.check("notifications dropped", self.rotations())
        self.assertGreaterEqual(self.proxy.dropped, ROUNDS)

    def test_S5_rotation_is_served_elsewhere_with_late_notifications(self):
        self.proxy.notifications = 5.0
        self.check("notifications 5 s late", self.rotations())
        self.assertGreaterEqual(self.proxy.delayed, ROUNDS)

    def test_S5_rotation_is_served_elsewhere_after_its_connection_was_cut(self):
        self.check("connections cut", self.rotations(before_each=self.proxy.cut))

    def test_S5_nothing_is_missed_that_was_changed_while_it_was_cut_off(self):
        for _ in range(5):
            self.proxy.cut()
            version = self.on_a.rotate(COMPANY, "slack", "while away").version
            eventually(lambda v=version: self.fetched(self.on_b)[1] >= v, "B serves it")

    def test_A3_revoked_and_rotated_tokens_are_refused_elsewhere(self):
        self.proxy.notifications = "drop"
        times = []
        for number in range(5):
            agent = f"agt_{number}"
            self.on_a.token_issue(COMPANY, agent, scopes="memory:read")
            token = self.on_a.token_fetch(COMPANY, agent).reveal()
            self.on_b.token_validate(token, COMPANY, agent, "memory:read")
            if number % 2:
                self.on_a.token_revoke(COMPANY, agent)
            else:
                self.on_a.token_rotate(COMPANY, agent)
            began = time.monotonic()
            eventually(lambda t=token, a=agent: self.refused(t, a), "B refuses the token")
            times.append(time.monotonic() - began)
        self.check("tokens", times)

    def refused(self, token, agent):
        try:
            self.on_b.token_validate(token, COMPANY, agent, "memory:read")
            return False
        except coffer.Error as error:
            self.assertEqual(error.name, "token_revoked")
            return True

    def test_R1_a_run_keeps_its_version_on_every_host_until_it_ends_anywhere(self):
        self.on_a.run_begin(COMPANY, "run_1", "agt_1")
        before = self.fetched(self.on_b, run="run_1")
        self.on_b.rotate(COMPANY, "slack", "newer")
        for client in (self.on_a, self.on_b):
            found = client.fetch(COMPANY, "slack", run="run_1")
            self.assertEqual((found.reveal(), found.freshness), (before[0], "pinned"))
        self.on_a.run_end(COMPANY, "run_1")
        with self.assertRaises(coffer.Error):
            eventually(lambda: not self.fetched(self.on_b, run="run_1"), "the end is known")

    def test_I6_delete_on_one_host_is_not_found_on_the_other(self):
        self.on_a.delete(COMPANY, "slack")
        with self.assertRaises(coffer.Error) as refused:
            eventually(lambda: not self.fetched(self.on_b), "it is gone")
        self.assertEqual(refused.exception.name, "not_found")

    def test_S5_hosts_are_seen_until_they_leave(self):
        hosts = eventually(lambda: self.seen(2), "both are seen")
        self.assertEqual(len({one.keys for one in hosts}), 1)
        self.assertEqual(len(hosts[0].keys), 32)
        self.assertLess(max(one.lag for one in hosts), 60_000)
        self.assertEqual(self.b.stop(), 0)
        self.assertTrue(self.seen(1), "one that stopped in order has left")
        self.again(self.b)
        eventually(lambda: self.seen(2), "it is back")
        self.b.kill()
        self.assertTrue(self.seen(2), "nobody knows of a killed one but by its silence")

    def seen(self, count):
        found = list(self.on_a.hosts())
        return found if len(found) == count else None

    def test_S5_answers_of_a_host_never_go_back_under_load(self):
        """Readers on several connections of B, writers on A, connections cut all the while."""
        stop, failures = threading.Event(), []

        def read():
            newest = 0
            with self.b.connect() as client:
                while not stop.is_set():
                    try:
                        version = client.fetch(COMPANY, "slack").version
                    except coffer.StoreUnavailable:  # replaced, and cut off just then
                        continue
                    if version < newest:
                        failures.append(f"{version} after {newest}")
                    newest = max(newest, version)

        readers = [threading.Thread(target=read) for _ in range(3)]
        for one in readers:
            one.start()
        for number in range(60):
            self.on_a.rotate(COMPANY, "slack", f"load {number}")
            if number % 10 == 5:
                self.proxy.cut()
        stop.set()
        for one in readers:
            one.join()
        self.assertEqual(failures, [])


if __name__ == "__main__":
    unittest.main()
