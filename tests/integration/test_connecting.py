"""S4, S6: how a daemon comes to its PostgreSQL: hosts that never answer, roles with other settings
or too few rights, poolers, reasons that change, standbys that are not waited for."""

import contextlib
import pathlib
import shutil
import socket
import subprocess
import threading
import unittest

import coffer
from cluster import as_server, free_port
from daemon import Daemon, eventually, refused_start, skip_or_fail
from hosts import COMPANY, HostsCase

PATIENCE = 10  # seconds: far more than a call has, far less than each host on its own would take


class BlackHole:
    """Takes connections and never says a word. Counts them."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.socket.setblocking(False)
        self.held = []

    def taken(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.held.append(self.socket.accept()[0])
        return len(self.held)

    def close(self):
        self.taken()
        for one in (self.socket, *self.held):
            one.close()


class Connecting(HostsCase):
    server_options = {"tcp": True}

    def holes(self, count):
        made = [BlackHole() for _ in range(count)]
        for one in made:
            self.cleanup.callback(one.close)
        return made

    def url_of(self, hosts, user="postgres", database="coffer"):
        return f"postgresql://{user}@{','.join(hosts)}/{database}"

    @property
    def address(self):
        return f"127.0.0.1:{self.server.port}"

    def write(self, client, name="slack"):
        return client.set(COMPANY, name, "value", replace=True)

    def writes_again(self, client):
        try:
            return self.write(client)
        except coffer.StoreUnavailable:
            return None


class Hosts(Connecting):
    def test_S6_hosts_that_never_answer_take_a_share_of_the_time_and_are_left_alone_then(self):
        holes = self.holes(2)
        daemon = self.host(self.url_of([*(one.address for one in holes), self.address]))
        client = self.client(daemon)
        self.write(client)
        before = [one.taken() for one in holes]
        self.assertTrue(all(before), "they come first in the URL")
        self.server.disconnect_all()
        eventually(lambda: self.writes_again(client), "writes on new connections")
        self.assertEqual([one.taken() for one in holes], before)

    def test_S6_a_call_has_one_deadline_for_all_hosts_together(self):
        hosts = [self.address, *(one.address for one in self.holes(8))]
        daemon = self.host(self.url_of(hosts), database_timeout_ms=1000)
        client = self.cleanup.enter_context(daemon.connect(timeout=PATIENCE))
        self.write(client)
        self.server.stop()
        eventually(lambda: daemon.lines("store_away", "does not answer in time"), "it is told")
        for _ in range(3):
            with self.assertRaises(coffer.Error) as refused:
                self.write(client)
            self.assertIn(refused.exception.name, ("store_unavailable", "outcome_unknown"))

    def test_S6_where_no_host_answers_the_start_ends_with_a_reason(self):
        daemon = Daemon(start=False)
        self.cleanup.callback(daemon.close)
        code, line = refused_start(daemon, "--create-key",
                                   DATABASE_URL=self.url_of([self.holes(1)[0].address]))
        self.assertEqual(code, 75)
        self.assertIn("does not answer in time", line)


class Reasons(Connecting):
    """Each newest reason is told, once."""

    def setUp(self):
        super().setUp()
        self.server.sql("CREATE ROLE app LOGIN SUPERUSER PASSWORD 'one'", "postgres")
        (self.server.data / "pg_hba.conf").write_text(
            "local all all trust\nhost all all all scram-sha-256\n", encoding="ascii")
        self.server.reload()
        self.secret = pathlib.Path(self.cleanup.enter_context(temporary_folder())) / "password"
        self.secret.write_text("one\n", encoding="ascii")
        self.secret.chmod(0o600)
        self.daemon = Daemon(start=False)
        self.cleanup.callback(self.daemon.close)
        self.daemon.start("--create-key", "--database-password-source", f"file://{self.secret}",
                          DATABASE_URL=self.url_of([self.address], "app"))
        self.on = self.client(self.daemon)

    def breaks(self, how, reason):
        self.server.sql(how, "postgres")
        self.server.disconnect_all()
        eventually(lambda: self.daemon.lines("store_away", reason), f"it says: {reason}")
        self.assertEqual(len(self.daemon.lines("store_away", reason)), 1)

    def test_S6_the_log_follows_the_reason_through_one_outage(self):
        self.write(self.on)
        self.breaks("ALTER ROLE app PASSWORD 'two'", "password authentication failed")
        self.breaks("ALTER ROLE app NOLOGIN PASSWORD 'one'", "not permitted to log in")
        self.breaks("ALTER ROLE app LOGIN; ALTER ROLE app SET default_transaction_read_only = on",
                    "session is read-only")
        self.breaks("ALTER ROLE app RESET default_transaction_read_only;"
                    "ALTER ROLE app NOSUPERUSER CONNECTION LIMIT 0", "too many connections")
        self.assertEqual(self.daemon.lines("store_back"), [])
        self.server.sql("ALTER ROLE app SUPERUSER CONNECTION LIMIT -1", "postgres")
        eventually(lambda: self.daemon.lines("store_back"), "it is back")
        eventually(lambda: self.writes_again(self.on), "writes are taken again")

    def test_S6_a_changed_password_is_taken_without_a_restart(self):
        self.breaks("ALTER ROLE app PASSWORD 'two'", "password authentication failed")
        self.secret.write_text("two\n", encoding="ascii")
        eventually(lambda: self.writes_again(self.on), "writes are taken again")


@contextlib.contextmanager
def temporary_folder():
    daemon = Daemon(start=False)
    try:
        yield daemon.home
    finally:
        daemon.close()


class Roles(Connecting):
    def refused(self, user, database="coffer"):
        daemon = Daemon(start=False)
        self.cleanup.callback(daemon.close)
        code, line = refused_start(daemon, "--create-key",
                                   DATABASE_URL=self.url_of([self.address], user, database))
        self.assertEqual(code, 78)
        self.assertNotIn("newer", line)
        return line

    def test_S8_each_missing_right_is_named(self):
        self.host()
        self.server.sql("CREATE ROLE app LOGIN", "postgres")
        self.assertIn("GRANT USAGE ON SCHEMA coffer", self.refused("app"))
        self.server.sql("GRANT USAGE ON SCHEMA coffer TO app;"
                        "GRANT SELECT ON ALL TABLES IN SCHEMA coffer TO app")
        line = self.refused("app")
        self.assertIn("INSERT ON coffer.audit_chunks, coffer.changes", line)
        self.assertNotIn("SELECT ON", line)
        self.server.sql("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA coffer TO app;"
                        "REVOKE DELETE ON coffer.tokens FROM app")
        self.assertIn("GRANT DELETE ON coffer.tokens TO this role", self.refused("app"))
        self.server.create_database("empty")
        line = self.refused("app", "empty")
        self.assertIn("permission denied for database empty", line)
        self.assertIn("--migrate", line)

    def test_S4_settings_of_a_role_make_no_difference(self):
        self.server.sql("CREATE ROLE app LOGIN SUPERUSER", "postgres")
        for setting in ("default_transaction_isolation = serializable",
                        "statement_timeout = '50ms'", "lock_timeout = '1ms'",
                        "idle_in_transaction_session_timeout = '1ms'",
                        "idle_session_timeout = '2s'", "client_encoding = LATIN1",
                        "standard_conforming_strings = off", "search_path = pg_temp",
                        "synchronous_commit = off"):
            self.server.sql(f"ALTER ROLE app SET {setting}", "postgres")
        daemons = [self.host(self.url_of([self.address], "app")) for _ in range(2)]
        failed = []

        def rotate(number):
            name = f"i{number}"
            with daemons[number % 2].connect(timeout=60) as client:
                client.set(COMPANY, name, "value", label="Größe")
                for i in range(20):
                    try:
                        client.rotate(COMPANY, name, f"value {i}")
                    except coffer.Error as error:
                        failed.append(error)

        threads = [threading.Thread(target=rotate, args=(i,)) for i in range(6)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        self.assertEqual(failed, [])
        for daemon in daemons:
            self.assertEqual(daemon.lines("store_failed") + daemon.lines("store_away"), [])


class Commits(Connecting):
    def test_S5_a_commit_whose_wait_for_the_standby_is_cancelled_is_of_unknown_outcome(self):
        daemon = self.host(database_timeout_ms=60_000)
        client = self.cleanup.enter_context(daemon.connect(timeout=60))
        self.write(client)
        self.server.sql("ALTER SYSTEM SET synchronous_standby_names = 'nowhere'", "postgres")
        self.server.reload()
        said = []

        def write():
            while not said:  # the server takes its new configuration when it pleases
                try:
                    client.set(COMPANY, "slack", "other", replace=True)
                except coffer.Error as error:
                    said.append(error.name)

        writer = threading.Thread(target=write)
        writer.start()
        cancel = ("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity"
                  " WHERE wait_event = 'SyncRep'")
        eventually(lambda: self.server.sql(cancel, "postgres") and said, "the write is answered")
        writer.join()
        self.assertEqual(said, ["outcome_unknown"])
        eventually(lambda: daemon.lines("store_in_doubt", "canceling wait"), "the reason is told")
        self.server.sql("ALTER SYSTEM RESET synchronous_standby_names", "postgres")
        self.server.reload()
        eventually(lambda: self.fetched(client)[0] == "other", "what was committed is read again")


class Pooler:
    def __init__(self, cluster, folder, mode):
        self.port = free_port()
        self.folder = folder
        (folder / "users").write_text('"postgres" ""\n', encoding="ascii")
        (folder / "ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={cluster.port}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {folder}/users\npool_mode = {mode}\n",
            encoding="ascii")
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755)
        self.process = subprocess.Popen(
            [*as_server(), "/usr/sbin/pgbouncer", "-q", folder / "ini"], cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(self.answers, "the pooler answers")

    def answers(self):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False

    def close(self):
        self.process.kill()
        self.process.wait()


class Poolers(Connecting):
    def pooler(self, mode):
        if not shutil.which("/usr/sbin/pgbouncer"):
            skip_or_fail(self, "there is no PgBouncer: apt-get install pgbouncer")
        folder = self.cleanup.enter_context(temporary_folder())
        made = Pooler(self.server, folder, mode)
        self.cleanup.callback(made.close)
        return self.url_of([f"127.0.0.1:{made.port}"])

    def test_S4_a_pooler_that_sessions_do_not_survive_is_refused_by_name(self):
        for mode in ("transaction", "statement"):
            daemon = Daemon(start=False)
            self.cleanup.callback(daemon.close)
            code, line = refused_start(daemon, "--create-key", DATABASE_URL=self.pooler(mode))
            self.assertEqual(code, 78)
            self.assertIn("PgBouncer", line)
            self.assertIn("pool_mode = session", line)
        left = self.server.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'coffer'")
        self.assertEqual(left, [["0"]])

    def test_S4_a_pooler_in_session_mode_does(self):
        url = self.pooler("session")
        one, other = self.client(self.host(url)), self.client(self.host(url))
        self.write(one)
        eventually(lambda: self.fetched(other)[0] == "value", "the other host serves it")


if __name__ == "__main__":
    unittest.main()
