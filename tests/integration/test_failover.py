"""S5, S6: the primary is killed under load and the standby promoted, again and again."""

import os
import statistics
import time
import unittest

from cluster import url_of
from failover import Load
from hosts import HostsCase

FAILOVERS = int(os.environ.get("COFFER_FAILOVERS", "4" if os.environ.get("COFFER_SANITIZER") else
                               "20"))


class Failover(HostsCase):
    server_options = {"durable": True}

    def test_S5_failovers_lose_nothing_and_fetches_go_on(self):
        primary = self.server
        standby = primary.standby()
        self.cleanup.callback(standby.close)
        url = url_of([primary, standby])
        writing, reading = self.host(url=url), self.host(url=url)
        times = []
        with Load(writing, reading) as load:
            for _ in range(FAILOVERS):
                load.await_write(time.monotonic())
                died = time.monotonic()
                primary.kill()
                standby.promote()
                standby.stand_alone()
                times.append(load.await_write(time.monotonic()) - died)
                primary.rejoin(standby)
                primary, standby = standby, primary
        for daemon in (writing, reading):
            with daemon.connect() as client:
                self.until_fresh(client, "steady")
                load.check(client)
        print(f"failovers survived: {len(times)}, lost: 0, writes acknowledged: {load.writes},"
              f" fetches: {load.fetches}, failed: 0, time to recover: median"
              f" {statistics.median(times):.2f} s, longest {max(times):.2f} s")
        self.assertGreater(load.writes, 10 * FAILOVERS)


if __name__ == "__main__":
    unittest.main()
