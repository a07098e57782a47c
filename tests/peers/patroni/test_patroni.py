"""S5 with Patroni and etcd as they are: its leader is killed under load, twice."""

import contextlib
import os
import statistics
import time
import unittest

from daemon import Daemon, eventually
from failover import Load
from patroni_cluster import PatroniCluster

FAILOVERS = int(os.environ.get("COFFER_FAILOVERS", "2"))


class Patroni(unittest.TestCase):
    def test_S5_failovers_by_patroni_lose_nothing_and_fetches_go_on(self):
        with contextlib.ExitStack() as cleanup:
            servers = cleanup.enter_context(PatroniCluster())
            servers.create_database()
            writing = self.daemon(cleanup, servers.url(), "--create-key")
            reading = self.daemon(cleanup, servers.url(), MASTER_KEY_PATH=writing.key)
            times = []
            with Load(writing, reading) as load:
                for _ in range(FAILOVERS):
                    load.await_write(time.monotonic())
                    leader = servers.leader()
                    died = time.monotonic()
                    leader.kill()
                    times.append(load.await_write(died + 1) - died)
                    leader.start()
                    servers.await_both()
            for daemon in (writing, reading):
                with daemon.connect() as client:
                    eventually(lambda c=client: c.fetch("cmp_a", "steady").freshness == "fresh",
                               "fetches are fresh")
                    load.check(client)
            print(f"patroni failovers survived: {len(times)}, lost: 0, writes acknowledged:"
                  f" {load.writes}, fetches: {load.fetches}, failed: 0, time to recover: median"
                  f" {statistics.median(times):.1f} s, longest {max(times):.1f} s")

    @staticmethod
    def daemon(cleanup, url, *flags, **environment):
        made = Daemon(start=False)
        cleanup.callback(made.close)
        made.start(*flags, DATABASE_URL=url, **environment)
        return made


if __name__ == "__main__":
    unittest.main()
