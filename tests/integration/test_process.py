"""F: what one process owns, it locks; what can stop it."""

import fcntl
import os
import signal
import socket
import subprocess
import unittest

from daemon import BINARY_DIR, Daemon, clean_environment, eventually, refused_start


class Process(unittest.TestCase):
    """A daemon, and what surrounds it."""

    def prepare(self, *flags):
        daemon = Daemon(*flags, start=False)
        self.addCleanup(daemon.close)
        return daemon

    def spawn(self, daemon, *flags, stderr=subprocess.DEVNULL, wrapper=(), **environment):
        """Starts it with its log elsewhere."""
        settings = {"COMPANY_AGENTS_HOME": daemon.instance, **environment}
        daemon.process = subprocess.Popen(
            [*wrapper, BINARY_DIR / "sidecar" / "cofferd", "--create-key", *flags],
            env=clean_environment(**settings), stdin=subprocess.DEVNULL, stderr=stderr)
        self.addCleanup(daemon.process.wait)
        self.addCleanup(daemon.process.kill)

    def until_it_serves(self, daemon):
        def answers():
            try:
                with daemon.connect() as client:
                    client.ping()
                    return True
            except OSError:
                return False
        eventually(lambda: os.path.exists(daemon.socket) and answers(), "it serves")

    def test_F_a_closed_descriptor_is_never_a_file_of_the_daemon(self):
        for closed in (0, 1, 2):
            daemon = self.prepare()
            self.spawn(daemon, wrapper=("sh", "-c", f'exec "$@" {closed}>&-', "sh"))
            self.until_it_serves(daemon)
            opened = os.readlink(f"/proc/{daemon.process.pid}/fd/{closed}")
            self.assertEqual(opened, "/dev/null")

    def test_F_a_log_that_is_not_read_stops_nothing(self):
        daemon = self.prepare()
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        fcntl.fcntl(writing, fcntl.F_SETFL, os.O_NONBLOCK)
        while True:
            try:
                os.write(writing, bytes(4096))
            except BlockingIOError:
                break
        fcntl.fcntl(writing, fcntl.F_SETFL, 0)
        self.spawn(daemon, stderr=writing)
        os.close(writing)
        self.until_it_serves(daemon)
        with daemon.connect() as client:
            client.set("cmp_a", "slack", "xoxb-1")
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")
        daemon.process.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.process.wait(timeout=60), 0)

    def test_F_another_stream_than_the_journals_has_time_and_level(self):
        daemon = self.prepare()
        daemon.start("--create-key", JOURNAL_STREAM="9:424242")
        self.assertRegex(daemon.line("serving"), r"^20\d\d-\S+ info serving ")

    def test_F_SIGTERM_is_heard_while_it_waits_for_its_database(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(9)
            silent.settimeout(60)
            daemon = self.prepare()
            where = f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/db"
            daemon.spawn("--create-key", DATABASE_URL=where)
            waiting, _ = silent.accept()
            with waiting:
                daemon.process.send_signal(signal.SIGTERM)
                self.assertEqual(daemon.wait(), 0)
            self.assertTrue(daemon.lines("cofferd: ended by SIGTERM"))

    def test_F_a_spool_belongs_to_one_daemon(self):
        daemon = Daemon()
        self.addCleanup(daemon.close)
        other = self.prepare("--store", daemon.instance / "other.db", "--socket",
                             daemon.instance / "other.sock", "--master-key-path",
                             daemon.instance / "secrets" / "other.key")
        other.instance = daemon.instance
        code, line = refused_start(other, "--create-key")
        self.assertEqual(code, 75)
        self.assertIn("owns the audit spool", line)
        self.assertIn(f"pid {daemon.process.pid}", line)
        with daemon.connect() as client:
            client.set("cmp_a", "slack", "xoxb-1")
            self.assertTrue(client.audit_verify()[0].intact)


if __name__ == "__main__":
    unittest.main()
