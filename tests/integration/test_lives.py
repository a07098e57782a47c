"""S5, A3: a database that recovers, is restored, or is another one: nothing old is called fresh."""

import itertools
import os
import signal
import subprocess
import unittest

import coffer
from cluster import BINARIES, ENVIRONMENT, Cluster, as_server, has_ended
from hosts import COMPANY, HostsCase, eventually
from proxy import Proxy

BURNED = 60  # numbers of transactions: their records are less than a page


class LivesCase(HostsCase):
    """Host A is led to the server itself, B by way of a proxy."""

    def setUp(self):
        super().setUp()
        self.a = self.host()
        self.proxy = self.cleanup.enter_context(Proxy(self.server))
        self.b = self.host(url=self.proxy.url(), database_timeout_ms=60_000)
        self.on_a, self.on_b = self.client(self.a), self.client(self.b)

    def cache_on_b(self, name="slack"):
        self.on_a.set(COMPANY, name, "old", replace=True)
        self.until_value(self.on_b, "old", name)

    def until_value(self, client, value, name="slack"):
        """Served, and called fresh."""
        def served():
            try:
                found = self.fetched(client, name)
                return found[0] == value and found[2] == "fresh"
            except coffer.Error:
                return False
        eventually(served, f"{name} is {value}", seconds=60)

    def until_refused(self, client, token, agent, error):
        def refused():
            try:
                client.token_validate(token, COMPANY, agent, "memory:read")
                return False
            except coffer.Error as found:
                return found.name == error
        eventually(refused, error)


class CrashOfABackend(LivesCase):
    # What nobody waits for is not written to the log of the server for ten seconds.
    server_options = {"wal_writer_delay": "10s"}

    def test_S5_a_change_under_a_number_that_was_given_out_before_the_crash_is_heard_of(self):
        self.agents = itertools.count()
        eventually(self.one_round, "numbers are given out again", seconds=240)

    def one_round(self):
        """True if the change that B must hear of has a number that B's snapshot has seen."""
        self.cache_on_b()
        agent = f"agt_{next(self.agents)}"
        self.on_a.token_issue(COMPANY, agent, scopes="memory:read")
        token = self.on_a.token_fetch(COMPANY, agent).reveal()
        self.on_b.token_validate(token, COMPANY, agent, "memory:read")
        self.await_heartbeats()
        seen = self.burn()
        self.await_readings()
        self.b.process.send_signal(signal.SIGSTOP)  # it reads the feed after the change
        try:
            self.crash()
            self.rotate_on_a()
            self.on_a.token_revoke(COMPANY, agent)
            numbers = self.server.sql("SELECT xid FROM coffer.changes ORDER BY number DESC LIMIT 2")
        finally:
            self.b.process.send_signal(signal.SIGCONT)
        self.until_value(self.on_b, "new")
        self.until_refused(self.on_b, token, agent, "token_revoked")
        return all(int(one) < seen for [one] in numbers)

    def await_heartbeats(self):
        """They make durable what came before: the next ones are some seconds away."""
        now = self.server.sql("SELECT coffer.now_ms()")[0][0]
        eventually(lambda: self.server.sql(
            f"SELECT count(*) FROM coffer.hosts WHERE seen_at > {now}") == [["2"]], "all beat")

    def burn(self):
        """Takes numbers by transactions that are not made durable; the first that is left."""
        subprocess.run(
            ["psql", "-AtXq", "-d", self.server.url(), "-c", "SET synchronous_commit = off", "-c",
             f"DO $$ BEGIN FOR i IN 1..{BURNED} LOOP PERFORM pg_current_xact_id(); COMMIT;"
             " END LOOP; END $$"], env=ENVIRONMENT, check=True)
        return int(self.server.sql("SELECT pg_snapshot_xmax(pg_current_snapshot())")[0][0])

    def await_readings(self):
        """Until each host has read the feed since."""
        now = self.server.sql("SELECT clock_timestamp()")[0][0]
        eventually(lambda: self.server.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'WITH now AS%'"
            f" AND pid <> pg_backend_pid() AND query_start > '{now}'") == [["2"]], "all have read")

    def crash(self):
        idle = subprocess.Popen(["psql", "-AtXq", "-d", self.server.url()], env=ENVIRONMENT,
                                stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        with idle:
            pids = eventually(lambda: self.server.sql(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'psql' AND pid <>"
                " pg_backend_pid()"), "it is connected")
            backends = self.server.processes()[1:]
            os.kill(int(pids[0][0]), signal.SIGKILL)
            eventually(lambda: all(map(has_ended, backends)), "all backends end")
        eventually(self.answers, "the server has recovered", seconds=60)

    def answers(self):
        try:
            return self.server.sql("SELECT 1")
        except AssertionError:
            return None

    def rotate_on_a(self):
        def rotated():
            try:
                return self.on_a.rotate(COMPANY, "slack", "new")
            except coffer.Error:
                return None
        eventually(rotated, "A rotates")


class Restored(LivesCase):
    def setUp(self):
        super().setUp()
        self.cache_on_b()
        self.on_a.token_issue(COMPANY, "agt_1", scopes="memory:read")
        self.dump = self.server.folder / "dump"
        self.run_as_server("pg_dump", "-Fc", "-f", self.dump, "-d", self.server.url())
        for number in range(5):
            self.on_a.rotate(COMPANY, "slack", f"lost {number}")
        self.on_a.set(COMPANY, "later", "lost")
        self.on_a.token_rotate(COMPANY, "agt_1")
        self.token = self.on_a.token_fetch(COMPANY, "agt_1").reveal()
        for client in (self.on_a, self.on_b):
            self.until_value(client, "lost 4")
            self.until_value(client, "lost", "later")
            client.token_validate(self.token, COMPANY, "agt_1", "memory:read")

    def run_as_server(self, program, *arguments):
        subprocess.run([*as_server(), BINARIES / program, *map(str, arguments)], check=True,
                       env=ENVIRONMENT, cwd="/")

    def restore(self, server, *options):
        self.run_as_server("pg_restore", *options, "-d", server.url(), self.dump)

    def check(self, *clients):
        """What the store holds is served, and what becomes of it from now on."""
        for client in clients:
            self.until_value(client, "old")
            with self.assertRaises(coffer.Error) as refused:
                client.fetch(COMPANY, "later")
            self.assertEqual(refused.exception.name, "not_found")
            self.until_refused(client, self.token, "agt_1", "token_unknown")
        for number, writer in enumerate(clients):
            writer.rotate(COMPANY, "slack", f"after {number}")
            for client in clients:
                self.until_value(client, f"after {number}")
        self.b.line("store_reborn")

    def test_S5_a_dump_put_back_below_running_daemons(self):
        self.restore(self.server, "--clean", "--if-exists")
        self.check(self.on_a, self.on_b)

    def test_S5_a_dump_restored_beside_and_renamed_into_place(self):
        self.server.create_database("restored")
        self.run_as_server("pg_restore", "-d", self.server.url("restored"), self.dump)
        self.server.sql("ALTER DATABASE coffer ALLOW_CONNECTIONS false", "postgres")
        self.server.disconnect_all()
        self.server.sql("ALTER DATABASE coffer RENAME TO broken", "postgres")
        self.server.sql("ALTER DATABASE restored RENAME TO coffer", "postgres")
        self.check(self.on_a, self.on_b)

    def test_S5_another_server_at_the_same_address(self):
        other = self.cleanup.enter_context(Cluster())
        other.create_database()
        self.restore(other)
        self.proxy.lead_to(other)
        self.proxy.cut()
        self.check(self.on_b)

    def test_S5_two_servers_at_one_address(self):
        """The feed's connection still leads to the one, all others to the other one."""
        other = self.cleanup.enter_context(Cluster())
        other.create_database()
        self.restore(other)
        self.proxy.lead_to(other)
        self.proxy.cut(spare_listeners=True)
        eventually(self.asks_the_other, "a session leads to the other one")
        self.check(self.on_b)

    def asks_the_other(self):
        try:
            self.on_b.fetch(COMPANY, "never_there")
            return False
        except coffer.Error as error:
            return error.name == "not_found"


class SilentFeed(LivesCase):
    def test_S5_a_feed_whose_connection_died_without_a_word_is_read_on_another(self):
        """A call has a minute here: who waits for that is not in time."""
        for number in range(3):
            name = f"name_{number}"
            self.cache_on_b(name)
            self.assertEqual(self.proxy.silence_listeners(), 1)
            self.on_a.rotate(COMPANY, name, "new")
            eventually(lambda n=name: self.fetched(self.on_b, n)[0] == "new", "B serves it")
        self.assertEqual(self.b.lines("store_away"), [])


if __name__ == "__main__":
    unittest.main()
