"""S4, S5 on Citus as it is: companies spread over two workers."""

import contextlib
import subprocess
import unittest

import test_many_hosts
from citus_cluster import CitusCluster
from daemon import BINARY_DIR, Daemon, clean_environment
from storm import Storm
from stores import Postgresql

KILLS, COMPANIES = 10, 20


class ManyHosts(test_many_hosts.ManyHosts):
    """What one host changes, the others serve, as on one server."""

    server_class = CitusCluster


class OneHost(unittest.TestCase):
    def test_S4_storms_of_kills_that_take_the_coordinator_along_lose_nothing(self):
        with Postgresql(CitusCluster) as store, Daemon(config=store.config) as daemon:
            storm = Storm(daemon, store, seed=1)
            for _ in range(KILLS):
                storm.round()
            storm.compare()
        self.assertEqual(storm.lost, [])
        print(f"kills survived: {KILLS}, lost: 0")

    def test_S8_a_copied_store_is_spread_and_nothing_that_a_daemon_does_is_refused(self):
        with contextlib.ExitStack() as cleanup:
            daemon = cleanup.enter_context(Daemon())
            with daemon.connect() as client:
                for number in range(COMPANIES):
                    self.use(client, f"cmp_{number}", "run_1")
            daemon.stop()
            server = cleanup.enter_context(CitusCluster())
            url = server.create_database()
            self.cofferd(daemon, "--copy-store", f"sqlite://{daemon.store}", url)
            self.cofferd(daemon, "--verify-store", DATABASE_URL=url)
            rows = self.rows_by_port(server)
            self.assertEqual(sum(rows.values()), COMPANIES)
            for worker in server.workers:
                self.assertGreater(rows[worker.port], 0)
            daemon.start(DATABASE_URL=url)
            with daemon.connect() as client:
                for number in range(COMPANIES):
                    self.assertEqual(client.fetch(f"cmp_{number}", "slack").reveal(), "v2")
                    self.use(client, f"cmp_{number}", "run_2")
                self.assertEqual(len(list(client.hosts())), 1)
                self.assertTrue(all(chain.intact for chain in client.audit_verify()))
            self.assertEqual(daemon.lines("sqlstate"), [])

    @staticmethod
    def use(client, company, run):
        """Something of everything."""
        client.set(company, "slack", "v1", replace=True)
        client.token_issue(company, "agt_1", scopes="memory:read")
        client.run_begin(company, run, "agt_1")
        client.rotate(company, "slack", "v2")
        client.fetch(company, "slack", run)
        token = client.token_fetch(company, "agt_1").reveal()
        client.token_validate(token, company, "agt_1", "memory:read")
        client.run_end(company, run)
        client.token_revoke(company, "agt_1")
        list(client.list(company))

    @staticmethod
    def cofferd(daemon, *flags, **environment):
        subprocess.run([BINARY_DIR / "sidecar" / "cofferd", *flags], check=True,
                       env=clean_environment(COMPANY_AGENTS_HOME=daemon.instance, **environment))

    @staticmethod
    def rows_by_port(server):
        """How many integrations lie on each node."""
        return {int(port): int(rows) for port, rows in server.sql(
            "SELECT nodeport, sum(result::bigint) FROM run_command_on_shards("
            "'coffer.integrations', 'SELECT count(*) FROM %s') JOIN pg_dist_shard_placement"
            " USING (shardid) GROUP BY nodeport")}


if __name__ == "__main__":
    unittest.main()
