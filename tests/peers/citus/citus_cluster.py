"""Citus: a coordinator and two workers, each a PostgreSQL of its own on loopback."""

import pathlib
import subprocess
import tempfile

from cluster import Cluster
from daemon import BINARY_DIR, clean_environment

SPREAD = pathlib.Path(__file__).resolve().parents[3] / "systemd" / "citus.sql"
SETTINGS = {"shared_preload_libraries": "citus", "max_prepared_transactions": 100,
            "citus.shard_count": 16, "citus.node_conninfo": "sslmode=disable"}


class CitusCluster(Cluster):
    """The coordinator, which is all that a daemon knows of. Use as a context manager."""

    def __init__(self, **settings):
        super().__init__(tcp=True, max_connections=100, **SETTINGS, **settings)
        self.workers = [Cluster(tcp=True, max_connections=100, **SETTINGS) for _ in range(2)]

    def __enter__(self):
        for worker in self.workers:
            worker.__enter__()
        return super().__enter__()

    def close(self):
        super().close()
        for worker in self.workers:
            worker.close()

    def create_database(self, name="coffer"):
        """With the schema, spread as operators do it; its URL."""
        for server in (*self.workers, self):
            server.sql(f"CREATE DATABASE {name}", "postgres")
            server.sql("CREATE EXTENSION citus", name)
        self.sql(f"SELECT citus_set_coordinator_host('127.0.0.1', {self.port})", name)
        for worker in self.workers:
            self.sql(f"SELECT citus_add_node('127.0.0.1', {worker.port})", name)
        with tempfile.TemporaryDirectory() as home:
            subprocess.run([BINARY_DIR / "sidecar" / "cofferd", "--migrate"], check=True,
                           env=clean_environment(DATABASE_URL=self.url(name),
                                                 COMPANY_AGENTS_HOME=home))
        self.sql(SPREAD.read_text(encoding="utf-8"), name)
        return self.url(name)
