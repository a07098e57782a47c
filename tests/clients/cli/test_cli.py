"""C2: the command line, as a person and as a program use it."""

import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import termios
import unittest

from daemon import BINARY_DIR, Daemon, clean_environment, eventually

COFFER = BINARY_DIR / "clients" / "cli" / "coffer"
CLI = pathlib.Path(__file__).resolve().parents[3] / "clients" / "cli"


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
            self.assertEqual(len(lines), 1, lines)
            self.assertTrue(lines[0].startswith("coffer: "), lines)
            self.assertNotIn(b"canary", done.stderr)
            self.assertEqual(done.stdout, b"")
        return done.stdout

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
        for value in (b"v" * 65536, bytes(range(256)), b"\n\n"):
            self.run_cli("integration", "set", "cmp_bytes", "a", "--replace", value=value + b"\n")
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

    def test_C2_every_command_has_help(self):
        for words in ((), ("status",), ("ping",), ("integration",), ("integration", "set"),
                      ("integration", "show"), ("integration", "list"), ("integration", "fetch"),
                      ("integration", "rotate"), ("integration", "delete")):
            out = self.run_cli(*words, "--help")
            self.assertIn(b"Usage:", out)
            self.assertTrue(words == ("integration",) or b"Example" in out, words)
        self.assertIn(b"Exit codes", self.run_cli("--help"))
        self.assertRegex(self.run_cli("--version"), rb"coffer \d+\.\d+\.\d+")

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


class Documents(unittest.TestCase):
    """The completion and the manual say what the program does."""

    COMMANDS = ("", "status", "ping", "integration set", "integration show", "integration list",
                "integration fetch", "integration rotate", "integration delete")

    def options(self, command):
        """Long options that the program's help names."""
        out = subprocess.run([COFFER, *command.split(), "--help"], check=True, text=True,
                             capture_output=True, env=clean_environment()).stdout
        return set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", out, re.MULTILINE))

    def complete(self, *words, **environment):
        """What the completion offers for the last word."""
        script = ('source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _coffer;'
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        command = ["bash", "-uc", script, CLI / "completions/coffer.bash", COFFER, *words]
        out = subprocess.run(command, check=True, text=True, capture_output=True,
                             env=clean_environment(**environment))
        self.assertEqual(out.stderr, "")
        return set(out.stdout.split())

    def test_C2_completion_offers_every_option(self):
        everywhere = self.options("") - {"--version"}
        for command in self.COMMANDS:
            offered = self.complete(*command.split(), "--")
            self.assertEqual(offered, self.options(command) | everywhere, command)

    def test_C2_completion_offers_commands_and_what_the_daemon_lists(self):
        self.assertEqual(self.complete("s"), {"status"})
        self.assertEqual(self.complete("integration", "s"), {"set", "show"})
        self.assertEqual(self.complete("--timeout", "3", "integration", "fe"), {"fetch"})
        self.assertEqual(self.complete("integration", "set", "cmp_a", "--label", ""), set())
        with Daemon() as daemon, daemon.connect() as client:
            client.set("cmp_a", "slack", "v")
            client.set("cmp_a", "github", "v")
            offered = self.complete("--socket", daemon.socket, "integration", "fetch", "cmp_a", "")
            self.assertEqual(offered, {"slack", "github"})
            offered = self.complete("integration", "show", "cmp_a", "s",
                                    COFFER_SOCKET=daemon.socket)
            self.assertEqual(offered, {"slack"})

    def test_C2_the_manual_names_every_option_and_exit_code(self):
        manual = (CLI / "coffer.1").read_text(encoding="utf-8").replace("\\-", "-")
        for command in self.COMMANDS:
            self.assertIn(f"Cm {command}" if command else "Sh COMMANDS", manual)
            for option in self.options(command):
                self.assertIn(f".It Fl {option[1:]}", manual)
        header = (CLI / "exit_codes.hpp").read_text(encoding="utf-8")
        codes = re.findall(r"= (\d+),", header)
        self.assertEqual(codes, re.findall(r"^\.It (\d+)$", manual, re.MULTILINE))


if __name__ == "__main__":
    unittest.main()
