"""C2: help, completion and manual of the command line agree."""

import re
import subprocess
import unittest

from cli_case import CLI, COFFER
from daemon import Daemon, clean_environment


class Documents(unittest.TestCase):
    """The completion and the manual say what the program does."""

    NOUNS = ("company", "integration", "run", "agent", "audit", "policy", "store")
    COMMANDS = (
        "", "status", "ping", "whoami", "hosts", "company list",
        "integration set", "integration show",
        "integration list",
        "integration fetch", "integration rotate", "integration delete", "run begin", "run end",
        "run list", "run exec", "run ticket", "agent issue", "agent fetch", "agent rotate",
        "agent revoke", "agent list", "agent validate", "audit list", "audit tail", "audit verify",
        "audit export", "policy check", "policy explain", "store copy")

    def help_of(self, command):
        done = subprocess.run([COFFER, *command.split(), "--help"], check=True, text=True,
                              capture_output=True, env=clean_environment())
        self.assertEqual(done.stderr, "")
        return done.stdout

    def subcommands(self, command):
        """The words that may follow, as the help lists them."""
        text = self.help_of(command).partition("Subcommands:")[2]
        return set(re.findall(r"^  ([a-z]+) ", text, re.MULTILINE))

    def options(self, command):
        """Long options that the program's help names."""
        return set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", self.help_of(command), re.MULTILINE))

    def complete(self, *words, **environment):
        """What the completion offers for the last word."""
        script = ('source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _coffer;'
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        command = ["bash", "-uc", script, CLI / "completions/coffer.bash", COFFER, *words]
        out = subprocess.run(command, check=True, text=True, capture_output=True,
                             env=clean_environment(**environment))
        self.assertEqual(out.stderr, "")
        return set(out.stdout.split())

    def test_C2_these_are_all_commands(self):
        found = {""} | (self.subcommands("") - set(self.NOUNS))
        for noun in self.NOUNS:
            found |= {f"{noun} {verb}" for verb in self.subcommands(noun)}
        self.assertEqual(found, set(self.COMMANDS))

    def test_C2_every_command_has_help(self):
        for command in (*self.COMMANDS, *self.NOUNS):
            out = self.help_of(command)
            self.assertIn("Usage:", out)
            self.assertTrue(command in self.NOUNS or "Example" in out, command)
            self.assertLessEqual(max(map(len, out.splitlines())), 110, command)
        self.assertIn("Exit codes", self.help_of(""))
        out = subprocess.run([COFFER, "--version"], check=True, text=True, capture_output=True)
        self.assertRegex(out.stdout, r"coffer \d+\.\d+\.\d+")

    def test_C2_completion_offers_every_option(self):
        everywhere = self.options("") - {"--version"}
        for command in self.COMMANDS:
            offered = self.complete(*command.split(), "--")
            self.assertEqual(offered, self.options(command) | everywhere, command)

    def test_C2_completion_offers_commands_and_what_the_daemon_lists(self):
        self.assertEqual(self.complete(""), self.subcommands(""))
        for noun in self.NOUNS:
            self.assertEqual(self.complete(noun, ""), self.subcommands(noun), noun)
        self.assertEqual(self.complete("s"), {"status", "store"})
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
            client.run_begin("cmp_a", "run_7", "agt_bob")
            client.token_issue("cmp_a", "agt_bob", "memory:read")
            where = ("--socket", daemon.socket)
            for words, ids in ((("run", "end"), {"run_7"}), (("run", "exec"), {"run_7"}),
                               (("run", "begin"), set()), (("agent", "fetch"), {"agt_bob"}),
                               (("agent", "issue"), set()), (("run", "list"), set())):
                self.assertEqual(self.complete(*where, *words, "cmp_a", ""), ids, words)

    def test_C2_completion_of_values_files_and_programs(self):
        for option in self.options("integration set") - {"--help", "--replace"}:
            self.assertEqual(self.complete("integration", "set", option, ""), set(), option)
        self.assertIn("/etc/passwd", self.complete("policy", "check", "/etc/pass"))
        self.assertIn("/etc/passwd", self.complete("audit", "export", "/etc/pass"))
        self.assertIn("env", self.complete("run", "exec", "cmp_a", "run_7", "--", "en"))
        self.assertEqual(self.complete("run", "exec", "cmp_a", "run_7", "--", "env", "--js"), set())

    def test_C2_the_manual_names_every_option_and_exit_code(self):
        manual = (CLI / "coffer.1").read_text(encoding="utf-8").replace("\\-", "-")
        synopsis, _, rest = manual.partition(".Sh DESCRIPTION")
        everywhere = self.options("")
        for option in everywhere:
            self.assertIn(f".It Fl {option[1:]}", rest)
        for command in filter(None, self.COMMANDS):
            self.assertIn(f".It Cm {command}\n", rest)
            usage = synopsis.partition(f".Cm {command}\n")[2].partition(".Nm")[0]
            for option in self.options(command) - everywhere:
                self.assertIn(f"Fl {option[1:]}", usage, command)
                self.assertIn(f".It Fl {option[1:]}", rest, command)
        header = (CLI / "exit_codes.hpp").read_text(encoding="utf-8")
        codes = re.findall(r"= (\d+),", header)
        self.assertEqual(codes, re.findall(r"^\.It (\d+)$", manual, re.MULTILINE))


if __name__ == "__main__":
    unittest.main()
