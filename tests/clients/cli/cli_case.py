"""The command line against a real daemon: what its tests share."""

import json
import os
import pathlib
import pty
import re
import select
import subprocess
import unittest

from daemon import BINARY_DIR, Daemon, clean_environment

COFFER = BINARY_DIR / "clients" / "cli" / "coffer"
CLI = pathlib.Path(__file__).resolve().parents[3] / "clients" / "cli"


class CliCase(unittest.TestCase):
    """Against a real daemon."""

    program = COFFER

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.addClassCleanup(cls.daemon.close)

    def run_cli(self, *words, code=0, answered=False, **more):
        """Standard output. An error must be one line on standard error, unless `answered`: then
        the answer is on standard output, and only the code says that it is not what one hopes."""
        done = self.run_raw(*words, **more)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        if answered:
            self.assertEqual(done.stderr, b"")
        elif code:
            lines = done.stderr.decode().splitlines()
            self.assertEqual(len(lines), 1, lines)
            self.assertTrue(lines[0].startswith("coffer: "), lines)
            self.assertNotIn(b"canary", done.stderr)
            self.assertEqual(done.stdout, b"")
        return done.stdout

    def run_raw(self, *words, value=b"", socket=None, **environment):
        """A finished process, whatever came of it."""
        environment["COFFER_SOCKET"] = self.daemon.socket if socket is None else socket
        return subprocess.run([self.program, *words], input=value, capture_output=True, check=False,
                              env=clean_environment(**environment))

    def json(self, *words, **more):
        """What the command prints with --json."""
        return json.loads(self.run_cli("--json", *words, **more))

    def table(self, *words, **more):
        """Rows of a table as dicts by its heads, which no cell of these tests has two spaces in."""
        heads, *rows = self.run_cli(*words, **more).decode().splitlines()
        names = re.split(r" {2,}", heads.strip())
        return [dict(zip(names, re.split(r" {2,}", row.strip()))) for row in rows]

    def in_terminal(self, *words, typed=b"", until=None, before=None):
        """Runs on a terminal of its own: (exit code, everything the terminal showed). `typed` is
        sent when it shows `until`, right behind a call of `before`(terminal, pid)."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.update(clean_environment(COFFER_SOCKET=self.daemon.socket))
            os.execv(COFFER, [str(COFFER), *words])
        shown, sent = b"", False
        while True:
            if not select.select([terminal], [], [], 30)[0]:
                raise AssertionError(f"nothing more after {shown!r}")
            try:
                part = os.read(terminal, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
            if until and until in shown and not sent:
                if before:
                    before(terminal, pid)
                os.write(terminal, typed)
                sent = True
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown
