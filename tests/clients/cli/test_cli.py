"""C2: the command line, as a person and as a program use it."""

import json
import os
import pathlib
import signal
import subprocess
import termios
import unittest

from cli_case import COFFER, CliCase
from daemon import clean_environment, eventually


class Cli(CliCase):
    """The daemon, and a company's integrations."""

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
                         b"line one\nline two\n")
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
        value = 'line "one"\n\tline \\ é'
        self.run_cli("integration", "rotate", "cmp_json", "slack", value=value.encode())
        shown = json.loads(self.run_cli("integration", "fetch", "cmp_json", "slack", "--json",
                                        "--reveal"))
        self.assertEqual((shown["value"], shown["freshness"]), (value, "fresh"))

    def test_C2_a_list_of_many_pages_is_whole(self):
        with self.daemon.connect() as client:
            for number in range(205):
                client.set("cmp_many", f"i{number:03}", "v")
        found = json.loads(self.run_cli("integration", "list", "cmp_many", "--json"))
        self.assertEqual([one["integration"] for one in found], [f"i{n:03}" for n in range(205)])

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
        self.run_cli("integration", "set", "cmp_codes", "c", value=b"", code=65)
        self.run_cli("integration", "set", "cmp_codes", "c", value=b"\n", code=65)
        self.run_cli("integration", "set", "cmp_codes", "c", value=b"v" * 65537, code=65)
        self.run_cli("integration", "set", "cmp_codes", "c", "--expires", "soon", value=b"v",
                     code=64)
        self.run_cli("integration", "delete", "cmp_codes", "a", code=64)
        self.run_cli("integration", "rotate", "cmp_codes", "a", "--if-version", "0", value=b"v",
                     code=73)
        self.run_cli("integration", "rotate", "cmp_codes", "a", "--if-version", "x", value=b"v",
                     code=64)
        self.assertEqual(self.run_cli("ping"), b"")

    def test_C2_the_largest_value_and_every_byte_come_back(self):
        for value in (b"v" * 65536, bytes(range(256)), b"\n\n", b"v\r\n"):
            self.run_cli("integration", "set", "cmp_bytes", "a", "--replace", "--exact",
                         value=value)
            self.assertEqual(self.run_cli("integration", "fetch", "cmp_bytes", "a"), value)
        self.run_cli("integration", "set", "cmp_bytes", "a", "--replace", value=bytes(range(256)))
        self.run_cli("integration", "fetch", "cmp_bytes", "a", "--json", "--reveal", code=65)

    def test_C2_a_value_on_the_command_line_is_refused_and_not_repeated(self):
        for words in (("xoxb-canary",), ("--value=canary",), ("-pcanary",)):
            self.run_cli("integration", "set", "cmp_argv", "a", *words, value=b"v", code=64)
            self.run_cli("integration", "rotate", "cmp_argv", "a", *words, value=b"v", code=64)
        self.run_cli("integration", "show", "cmp_argv", "a", code=66)

    def test_C2_times_are_taken_as_RFC_3339_says(self):
        self.run_cli("integration", "set", "cmp_time", "a", value=b"v")
        for text, ms in (("2027-01-31", 1801353600000), ("2027-01-31T12:00:00Z", 1801396800000),
                         ("2027-01-31t12:00:00.25z", 1801396800250),
                         ("2027-01-31T12:00:00+02:30", 1801387800000),
                         ("2027-01-31T12:00:00-02:30", 1801405800000),
                         ("2028-02-29", 1835395200000)):
            out = self.run_cli("integration", "rotate", "cmp_time", "a", "--json",
                               "--expires", text, value=b"v")
            self.assertEqual(json.loads(out)["expires_at"], ms, text)
        for text in ("2027-02-29", "2027-1-31", "2027-01-31T12:00:00", "2027-01-31T24:00:00Z",
                     "1969-12-31", "+0d", "+100001d", "+1w", "90d", "soon", "2027-01-31 "):
            self.run_cli("integration", "rotate", "cmp_time", "a", "--expires", text, value=b"v",
                         code=64)
        self.run_cli("integration", "rotate", "cmp_time", "a", "--expires", "+90d", value=b"v")
        self.assertIn(b"(in 90 days)", self.run_cli("integration", "show", "cmp_time", "a"))

    def test_C2_output_that_is_lost_is_an_error(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([COFFER, "status"], stdout=full, stderr=subprocess.PIPE,
                                  check=False,
                                  env=clean_environment(COFFER_SOCKET=self.daemon.socket))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left", done.stderr)

    def test_C2_a_prompt_hides_what_is_typed(self):
        code, shown = self.in_terminal("integration", "set", "cmp_tty", "slack",
                                       typed=b"xoxb-canary\n", until=b"(hidden)")
        self.assertEqual(code, 0, shown)
        self.assertNotIn(b"canary", shown)
        self.assertIn(b"Read 11 bytes.", shown)
        self.assertEqual(self.run_cli("integration", "fetch", "cmp_tty", "slack"), b"xoxb-canary")

    def test_C2_the_value_is_in_no_argument_list_nor_environment(self):
        seen = []

        def look(_, pid):
            for name in ("cmdline", "environ"):
                seen.append(pathlib.Path(f"/proc/{pid}/{name}").read_bytes())

        self.in_terminal("integration", "set", "cmp_tty", "argv", typed=b"xoxb-canary\n",
                         until=b"(hidden)", before=look)
        self.assertEqual(seen[0].split(b"\0")[1:-1], [b"integration", b"set", b"cmp_tty", b"argv"])
        self.assertNotIn(b"canary", b"".join(seen))

    def test_C2_an_interrupted_prompt_changes_nothing_and_restores_the_terminal(self):
        echo = []

        def watch(terminal, _):
            eventually(lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO, "echo is off")
            echo.append(os.dup(terminal))

        for key, name in ((b"\x03", signal.SIGINT), (b"\x1c", signal.SIGQUIT)):
            code, shown = self.in_terminal("integration", "set", "cmp_tty", "other",
                                           typed=b"canary" + key, until=b"(hidden)", before=watch)
            self.assertEqual(code, -name)
            self.assertNotIn(b"canary", shown)
            self.assertTrue(termios.tcgetattr(echo[-1])[3] & termios.ECHO)
            os.close(echo.pop())
        self.run_cli("integration", "show", "cmp_tty", "other", code=66)

    def test_C2_a_prompt_refuses_what_a_terminal_would_cut(self):
        for typed in (b"-----BEGIN KEY-----\ncanary\n", b"canary" * 1000 + b"\n", b"\n"):
            code, shown = self.in_terminal("integration", "set", "cmp_tty", "cut", typed=typed,
                                           until=b"(hidden)")
            self.assertEqual(code, 65, shown)
            self.assertNotIn(b"canary", shown)
        self.run_cli("integration", "show", "cmp_tty", "cut", code=66)

    def test_C2_a_terminal_sees_a_value_only_if_asked_to(self):
        self.run_cli("integration", "set", "cmp_show", "slack", value=b"xoxb-canary")
        code, shown = self.in_terminal("integration", "fetch", "cmp_show", "slack")
        self.assertEqual(code, 64)
        self.assertIn(b"--reveal", shown)
        self.assertNotIn(b"canary", shown)
        code, shown = self.in_terminal("integration", "fetch", "cmp_show", "slack", "--reveal")
        self.assertEqual((code, shown.strip()), (0, b"xoxb-canary"))
        code, shown = self.in_terminal("integration", "fetch", "cmp_show", "slack", "--json")
        self.assertEqual(code, 0)
        self.assertNotIn(b"canary", shown)

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
