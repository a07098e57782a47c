"""The store beneath a storm."""

import contextlib

from cluster import Cluster, until


class Sqlite:
    """The default of a fresh home."""

    config = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def settle(self, _):
        """The daemon's death is the end of what it began."""


class Postgresql(contextlib.ExitStack):
    """A private server, which each second kill takes along."""

    def __init__(self, server_class=Cluster):
        super().__init__()
        self.server_class = server_class

    def __enter__(self):
        self.server = self.enter_context(self.server_class())
        self.config = f'database_url = "{self.server.create_database()}"\n'
        return super().__enter__()

    def settle(self, random):
        """A statement that was sent before the kill may still be done after it: waits until the
        server has ended what the dead daemon began, so that what is found stays so."""
        if random.random() < 0.5:
            self.server.kill()
            self.server.start()
        until(lambda: self._connections() == 0, "the connections of the killed daemon end")

    def _connections(self):
        return int(self.server.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = 'coffer' AND backend_type ="
            " 'client backend' AND application_name !~ '^citus'", "postgres")[0][0])


STORES = {"sqlite": Sqlite, "postgresql": Postgresql}
