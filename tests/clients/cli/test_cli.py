"""C2: the command line, as a person and as a program use it."""

import json
import os
import pty
import select
import subprocess
import unittest

from daemon import BINARY_DIR, Daemon, clean_environment

COFFER = BINARY_DIR / "clients" / "cli" / "coffer"


class Cli(unittest.TestCase):
    """Against a real daemon."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.addClassCleanup(cls.daemon.close)

    def run_cli(self, *words, value=None, code=0, socket=None):
        done = subprocess.run([COFFER, *words], input=value, capture_output=True, check=False,
                              env=clean_environment(COFFER_SOCKET=socket or self.daemon.socket))
        self.assertEqual(done.returncode, code, done.stderr.decode())
        if code:
            lines = done.stderr.decode().splitlines()
            self.assertTrue(code == 64 or len(lines) == 1, lines)
            self.assertNotIn(b"canary", done.stderr)
        return done.stdout

    def in_terminal(self, *words, typed=b"", until=None):
        """Runs on a terminal of its own: (exit code, everything the terminal showed)."""
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
                os.write(terminal, typed)
                sent = True
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown

    def test_C2_a_credentials_life(self):
        self.run_cli("integration", "set", "cmp_life", "slack", "--label", "Slack",
                     value=b"xoxb-1\n")
        self.assertEqual(self.run_cli("integration", "fetch", "cmp_life", "slack"), b"xoxb-1")
        table = self.run_cli("integration", "list", "cmp_life").decode().splitlines()
        self.assertEqual(table[0].split()[:3], ["INTEGRATION", "PROVIDER", "LABEL"])
        self.assertEqual(table[1].split()[:3], ["slack", "slack", "Slack"])
        self.run_cli("integration", "rotate", "cmp_life", "slack", "--expires", "+90d",
                     value=b"line one\nline two\n")
        self.assertEqual(self.run_cli("integration", "fetch", "cmp_life", "slack"),
                         b"line one\nline two")
        self.assertIn(b"expires      20", self.run_cli("integration", "show", "cmp_life", "slack"))
        self.run_cli("integration", "delete", "cmp_life", "slack", "--yes")
        self.run_cli("integration", "fetch", "cmp_life", "slack", code=66)
        self.assertIn(b"no integrations", self.run_cli("integration", "list", "cmp_life"))

    def test_C2_json_is_one_document(self):
        made = json.loads(self.run_cli("integration", "set", "cmp_json", "slack", "--json",
                                       "--label", 'quote " and é', value=b"xoxb-canary"))
        self.assertEqual((made["integration"], made["label"]), ("slack", 'quote " and é'))
        for words in (("status",), ("integration", "show", "cmp_json", "slack"),
                      ("integration", "list", "cmp_json"),
                      ("integration", "fetch", "cmp_json", "slack")):
            out = self.run_cli("--json", *words)
            self.assertNotIn(b"canary", out)
            json.loads(out)
        self.assertEqual(json.loads(self.run_cli("integration", "list", "cmp_none", "--json")), [])

    def test_C2_exit_codes_mean_something(self):
        self.run_cli("integration", "set", "cmp_codes", "a", value=b"canary")
        self.run_cli("integration", "set", "cmp_codes", "a", value=b"canary", code=73)
        self.run_cli("integration", "set", "cmp_codes", "a", "--replace", value=b"canary")
        self.run_cli("integration", "rotate", "cmp_codes", "a", "--if-version", "77",
                     value=b"canary", code=73)
        self.run_cli("integration", "show", "cmp_codes", "b", code=66)
        self.run_cli("integration", "show", "cmp codes", "b", code=65)
        self.run_cli("status", socket="/nonexistent/socket", code=69)
        self.run_cli(code=64)
        self.run_cli("integration", "frobnicate", code=64)
        self.run_cli("integration", "set", "cmp_codes", "c", value=b"", code=64)
        self.run_cli("integration", "set", "cmp_codes", "c", value=b"v" * 65537, code=64)
        self.run_cli("integration", "set", "cmp_codes", "c", "--expires", "soon", value=b"v",
                     code=64)
        self.run_cli("integration", "delete", "cmp_codes", "a", code=64)
        self.run_cli("ping")

    def test_C2_every_command_has_help(self):
        for words in ((), ("status",), ("ping",), ("integration",), ("integration", "set"),
                      ("integration", "show"), ("integration", "list"), ("integration", "fetch"),
                      ("integration", "rotate"), ("integration", "delete")):
            out = self.run_cli(*words, "--help")
            self.assertIn(b"Usage:", out)
        self.assertIn(b"Exit codes", self.run_cli("--help"))
        self.assertRegex(self.run_cli("--version"), rb"coffer \d+\.\d+\.\d+")

    def test_C2_a_prompt_hides_what_is_typed(self):
        code, shown = self.in_terminal("integration", "set", "cmp_tty", "slack",
                                       typed=b"xoxb-canary\n", until=b"(hidden)")
        self.assertEqual(code, 0, shown)
        self.assertNotIn(b"canary", shown)
        self.assertEqual(self.run_cli("integration", "fetch", "cmp_tty", "slack"), b"xoxb-canary")

    def test_C2_an_interrupted_prompt_changes_nothing(self):
        code, _ = self.in_terminal("integration", "set", "cmp_tty", "other", typed=b"half\x03",
                                   until=b"(hidden)")
        self.assertEqual(code, 64)
        self.run_cli("integration", "show", "cmp_tty", "other", code=66)

    def test_C2_a_terminal_sees_a_value_only_if_asked_to(self):
        self.run_cli("integration", "set", "cmp_show", "slack", value=b"xoxb-canary")
        code, shown = self.in_terminal("integration", "fetch", "cmp_show", "slack")
        self.assertEqual(code, 64)
        self.assertIn(b"--reveal", shown)
        self.assertNotIn(b"canary", shown)
        code, shown = self.in_terminal("integration", "fetch", "cmp_show", "slack", "--reveal")
        self.assertEqual((code, shown.strip()), (0, b"xoxb-canary"))

    def test_C2_delete_asks_on_a_terminal(self):
        self.run_cli("integration", "set", "cmp_ask", "slack", value=b"v")
        code, _ = self.in_terminal("integration", "delete", "cmp_ask", "slack", typed=b"n\n",
                                   until=b"[y/N]")
        self.assertEqual(code, 64)
        code, _ = self.in_terminal("integration", "delete", "cmp_ask", "slack", typed=b"y\n",
                                   until=b"[y/N]")
        self.assertEqual(code, 0)
        self.run_cli("integration", "show", "cmp_ask", "slack", code=66)


if __name__ == "__main__":
    unittest.main()
