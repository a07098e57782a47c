"""Several cofferd on one PostgreSQL, as on several hosts."""

import contextlib
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "postgresql"))

import coffer
from cluster import BINARIES, VERSION, Cluster  # noqa: E402
from daemon import Daemon, eventually, skip_or_fail  # noqa: E402

COMPANY = "cmp_a"


def config(**settings):
    """A configuration file's text: times in ms, max_stale in seconds."""
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


class HostsCase(unittest.TestCase):
    """`self.server` is a private PostgreSQL; `self.host()` adds a daemon that shares it."""

    server_class = Cluster
    server_options: dict = {}

    def setUp(self):
        self.cleanup = contextlib.ExitStack()
        self.addCleanup(self.cleanup.close)
        if not BINARIES.exists():
            skip_or_fail(self, f"there is no {BINARIES}: apt-get install postgresql-{VERSION}")
        self.server = self.cleanup.enter_context(self.server_class(**self.server_options))
        self.url = self.server.create_database()
        self.hosts = []

    def host(self, url=None, **settings):
        """A daemon on a host of its own, with the same master key."""
        daemon = Daemon(start=False, config=config(**settings) if settings else None)
        self.cleanup.callback(daemon.close)
        if self.hosts:
            daemon.environment = {"MASTER_KEY_PATH": self.hosts[0].key}
            flags = ()
        else:
            daemon.environment, flags = {}, ("--create-key",)
        daemon.environment["DATABASE_URL"] = url or self.url
        daemon.start(*flags, **daemon.environment)
        self.hosts.append(daemon)
        return daemon

    def client(self, daemon):
        return self.cleanup.enter_context(daemon.connect())

    @staticmethod
    def again(daemon):
        """Starts one that was stopped or killed."""
        daemon.start(**daemon.environment)

    @staticmethod
    def fetched(client, name="slack", **options):
        """(value, version, freshness)"""
        found = client.fetch(COMPANY, name, **options)
        return found.reveal(), found.version, found.freshness

    def until_fresh(self, client, name="slack"):
        def fresh():
            try:
                return self.fetched(client, name)[2] == "fresh"
            except coffer.StoreUnavailable:
                return False
        return eventually(fresh, "fetches are fresh")


__all__ = ["COMPANY", "HostsCase", "config", "eventually"]
