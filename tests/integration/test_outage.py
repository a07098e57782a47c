"""S6: the database is stopped, frozen, full or out of connections: what is cached is served to the
bound, then fails clearly; writes fail and lose nothing; nothing hangs."""

import signal
import subprocess
import time
import unittest

import coffer
from cluster import ENVIRONMENT
from daemon import need_root
from hosts import COMPANY, HostsCase, eventually

SHORT = {"max_stale": 4, "max_stale_tokens": 3, "database_timeout_ms": 700}
LONG = {"max_stale": 3600, "max_stale_tokens": 3600, "database_timeout_ms": 700}
PATIENCE = 20  # seconds: far more than any bound of these tests, so what takes longer hangs


class OutageCase(HostsCase):
    def setUp(self):
        super().setUp()
        self.acknowledged = {}

    def serve(self, **settings):
        self.daemon = self.host(**settings)
        self.on = self.cleanup.enter_context(self.daemon.connect(timeout=PATIENCE))
        self.write("slack")
        self.until_fresh(self.on)
        self.on.token_issue(COMPANY, "agt_1", scopes="memory:read")
        self.token = self.on.token_fetch(COMPANY, "agt_1").reveal()
        self.validate()

    def write(self, name):
        """A write that is known to be done, or an error that says what became of it."""
        value = f"value {time.monotonic_ns()}"
        try:
            self.on.set(COMPANY, name, value, replace=True)
            self.acknowledged[name] = {value}
        except coffer.Error as error:
            if error.name == "outcome_unknown":
                self.acknowledged.setdefault(name, set()).add(value)
            raise

    def validate(self):
        return self.on.token_validate(self.token, COMPANY, "agt_1", "memory:read")

    def check_writes_fail(self):
        for _ in range(3):
            with self.assertRaises(coffer.Error) as refused:
                self.write("github")
            self.assertIn(refused.exception.name, ("store_unavailable", "outcome_unknown"))

    def until_stale(self):
        return eventually(lambda: self.fetched(self.on)[2] == "stale", "fetches say they are stale")

    def check_recovers(self):
        self.until_fresh(self.on)
        eventually(self.writes_again, "writes are taken again")
        for name, values in self.acknowledged.items():
            self.assertIn(self.fetched(self.on, name)[0], values, name)

    def writes_again(self):
        try:
            self.write("afterwards")
            return True
        except coffer.StoreUnavailable:
            return False

    def check_outage(self, ages=True):
        """Within the bound: stale fetches with a growing age, good tokens, refused writes."""
        self.until_stale()
        first = self.on.fetch(COMPANY, "slack")
        self.check_writes_fail()
        self.validate()
        later = eventually(lambda: self.on.fetch(COMPANY, "slack"), "a fetch")
        self.assertGreaterEqual(later.age, first.age)
        self.assertGreater(first.age, 1000)
        self.on.ping()
        with self.assertRaises(coffer.StoreUnavailable):
            self.on.fetch(COMPANY, "never_cached")


class Outage(OutageCase):
    server_options = {"durable": True}

    def test_S6_stopped(self):
        self.serve(**LONG)
        self.server.stop()
        self.check_outage()
        self.server.start()
        self.check_recovers()

    def test_S6_killed(self):
        self.serve(**LONG)
        self.server.kill()
        self.check_outage()
        self.server.start()
        self.check_recovers()

    def test_S6_frozen(self):
        self.serve(**LONG)
        self.server.freeze()
        self.check_outage()
        self.server.thaw()
        self.check_recovers()

    def test_S6_restarted(self):
        self.serve(**LONG)
        for _ in range(3):
            self.server.restart()
            self.check_recovers()

    def test_S6_past_the_bound_it_fails_clearly(self):
        self.serve(**SHORT)
        self.server.stop()
        self.until_stale()
        refused = eventually(self.token_refused, "tokens are refused past their bound")
        self.assertIn("max_stale_tokens (3 s)", refused.text)
        refused = eventually(self.fetch_refused, "fetches are refused past their bound")
        self.assertIn("max_stale (4 s)", refused.text)
        self.server.start()
        self.check_recovers()
        eventually(lambda: not self.token_refused(), "tokens are good again")

    def token_refused(self):
        try:
            self.validate()
            return None
        except coffer.StoreUnavailable as error:
            return error

    def fetch_refused(self):
        try:
            self.on.fetch(COMPANY, "slack")
            return None
        except coffer.StoreUnavailable as error:
            return error

    def test_S6_a_run_goes_on_with_what_it_has(self):
        self.serve(**LONG)
        self.on.run_begin(COMPANY, "run_1", "agt_1")
        before = self.on.fetch(COMPANY, "slack", run="run_1").reveal()
        self.write("slack")
        self.assertEqual(self.on.fetch(COMPANY, "slack", run="run_1").freshness, "pinned")
        self.fetched(self.on)
        self.server.stop()
        self.until_stale()
        found = self.on.fetch(COMPANY, "slack", run="run_1")
        self.assertEqual((found.reveal(), found.freshness), (before, "pinned"))
        self.assertGreater(found.age, 1000)


class OutOfConnections(OutageCase):
    server_options = {"max_connections": 12, "superuser_reserved_connections": 3}

    def test_S6_out_of_connections(self):
        self.server.sql("CREATE ROLE app LOGIN; ALTER DATABASE coffer OWNER TO app", "postgres")
        self.url = self.server.url(user="app")
        self.serve(**LONG)
        hogs = self.take_all_connections()
        try:
            self.until_stale()
            self.check_outage()
        finally:
            self.server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            " WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()",
                            "postgres")
            for one in hogs:
                one.wait(timeout=PATIENCE)
        self.check_recovers()

    def take_all_connections(self):
        """The daemon connects again at once when it is cut off: it is stopped meanwhile."""
        self.daemon.process.send_signal(signal.SIGSTOP)
        self.server.disconnect_all()
        hogs = []

        def all_taken():
            # A backend that was told to go may still hold its place: a client that got none ends.
            hogs[:] = [one for one in hogs if one.poll() is None]
            hogs.extend(self.hog() for _ in range(9 - len(hogs)))
            held = ("SELECT count(*) FROM pg_stat_activity"
                    " WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()")
            return self.server.sql(held, "postgres") == [["9"]]

        eventually(all_taken, "all are taken")
        self.daemon.process.send_signal(signal.SIGCONT)
        return hogs

    def hog(self):
        """A client that holds a connection and asks nothing."""
        return subprocess.Popen(["psql", "-AtXq", "-d", self.url, "-c", "SELECT pg_sleep(600)"],
                                env=ENVIRONMENT, stderr=subprocess.DEVNULL)


class FullDisk(OutageCase):
    server_options = {"disk_mib": 160, "durable": True, "wal_recycle": "off",
                      "max_wal_size": "48MB", "min_wal_size": "32MB"}

    def setUp(self):
        need_root(self)  # which may mount a small file system
        super().setUp()

    def test_S6_full_disk(self):
        self.serve(**LONG)
        self.server.fill_disk()
        big = "x" * 60_000

        def refused():
            try:
                self.on.set(COMPANY, f"big_{time.monotonic_ns()}", big)
                return False
            except coffer.Error as error:
                self.assertIn(error.name, ("store_unavailable", "outcome_unknown"))
                return True

        eventually(refused, "a write is refused for want of room", seconds=120)
        self.assertEqual({self.fetched(self.on)[0]}, self.acknowledged["slack"])
        self.server.free_disk()
        if self.server.process.poll() is not None:
            self.server.start()
        self.check_recovers()


if __name__ == "__main__":
    unittest.main()
