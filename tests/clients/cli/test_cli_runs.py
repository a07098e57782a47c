"""R1, R2, R3: runs on the command line."""

import os
import resource
import sys
import unittest

from cli_case import COFFER, CliCase
from daemon import SANITIZER

HOUR = 3_600_000


class Runs(CliCase):
    """Each test has a company of its own."""

    def begin(self, company, run="run_7", agent="agt_bob"):
        return self.json("run", "begin", company, run, agent)

    def connect(self, company, value=b"xoxb-1"):
        self.run_cli("integration", "set", company, "slack", value=value)

    def fetch(self, company, *words, **more):
        return self.run_cli("integration", "fetch", company, "slack", *words, **more)

    def test_R1_a_run_begins_is_listed_and_ends(self):
        begun = self.run_cli("run", "begin", "cmp_life", "run_7", "agt_bob", "--time-limit", "2h")
        self.assertRegex(begun.decode(), r"(?s)run +run_7\nagent +agt_bob\nepoch +\d+\nbegan +20.*"
                                         r"ends +20.*\(in 120 minutes\)")
        row, = self.table("run", "list", "cmp_life")
        self.assertEqual((row["RUN"], row["AGENT"]), ("run_7", "agt_bob"))
        self.assertEqual(self.run_cli("run", "end", "cmp_life", "run_7"), b"")
        self.assertIn(b"no live runs", self.run_cli("run", "list", "cmp_life"))
        self.assertEqual(self.json("run", "list", "cmp_life"), [])

    def test_R1_json_says_when_it_ends(self):
        begun = self.json("run", "begin", "cmp_json", "run_7", "agt_bob", "--time-limit", "2h")
        self.assertEqual((begun["run"], begun["agent"]), ("run_7", "agt_bob"))
        self.assertEqual(begun["ends_at"] - begun["began_at"], 2 * HOUR)
        self.assertEqual(self.json("run", "list", "cmp_json"), [begun])
        other = self.json("run", "begin", "cmp_json", "run_8", "agt_bob")
        self.assertEqual(other["ends_at"] - other["began_at"], 24 * HOUR)
        self.assertEqual(self.json("run", "end", "cmp_json", "run_8"), {})

    def test_R1_a_list_of_many_pages_is_whole(self):
        with self.daemon.connect() as client:
            for number in range(205):
                client.run_begin("cmp_many", f"run_{number:03}", "agt_bob")
        found = self.json("run", "list", "cmp_many")
        self.assertEqual([one["run"] for one in found], [f"run_{n:03}" for n in range(205)])

    def test_R1_exit_codes_of_runs(self):
        self.begin("cmp_codes")
        self.run_cli("run", "begin", "cmp_codes", "run_7", "agt_bob", code=73)
        self.run_cli("run", "end", "cmp_codes", "run_8", code=12)
        self.run_cli("run", "begin", "cmp_codes", "run 8", "agt_bob", code=65)
        self.run_cli("run", "begin", "cmp_codes", "run_8", "agt_bob", "--time-limit", "31d",
                     code=65)
        for text in ("2w", "+2h", "0h", "2", ""):
            self.run_cli("run", "begin", "cmp_codes", "run_8", "agt_bob", "--time-limit", text,
                         code=64)
        self.run_cli("run", "begin", "cmp_codes", "run_8", code=64)

    def test_R1_a_run_keeps_its_version_across_a_rotation(self):
        self.connect("cmp_keep")
        self.begin("cmp_keep")
        self.run_cli("integration", "rotate", "cmp_keep", "slack", value=b"xoxb-2")
        self.assertEqual(self.fetch("cmp_keep"), b"xoxb-2")
        self.assertEqual(self.fetch("cmp_keep", "--run", "run_7"), b"xoxb-1")
        about = self.json("integration", "fetch", "cmp_keep", "slack", "--run", "run_7")
        self.assertEqual((about["freshness"], about["fell_forward"]), ("pinned", False))
        self.fetch("cmp_keep", "--run", "", code=64)
        self.run_cli("run", "end", "cmp_keep", "run_7")
        self.fetch("cmp_keep", "--run", "run_7", code=12)

    def test_R2_rotate_now_cuts_what_a_run_keeps(self):
        self.connect("cmp_cut")
        self.begin("cmp_cut")
        self.run_cli("integration", "rotate", "cmp_cut", "slack", "--now", value=b"xoxb-2")
        done = self.run_raw("integration", "fetch", "cmp_cut", "slack", "--run", "run_7")
        self.assertEqual((done.returncode, done.stdout), (0, b"xoxb-2"))
        self.assertIn(b"expired or was cut", done.stderr)
        about = self.json("integration", "fetch", "cmp_cut", "slack", "--run", "run_7")
        self.assertTrue(about["fell_forward"])

    def exec(self, company, *program, **more):
        return self.run_cli("run", "exec", company, "run_7", "--", *map(str, program), **more)

    def test_R3_a_program_is_adapter_of_its_run_and_nothing_else(self):
        self.connect("cmp_exec")
        self.connect("cmp_other")
        self.begin("cmp_exec")
        fetch = (COFFER, "integration", "fetch")
        self.run_cli("integration", "rotate", "cmp_exec", "slack", value=b"xoxb-2")
        self.assertEqual(self.exec("cmp_exec", *fetch, "cmp_exec", "slack"), b"xoxb-1")
        self.exec("cmp_exec", *fetch, "cmp_other", "slack", code=77)
        self.exec("cmp_exec", *fetch, "cmp_exec", "slack", "--run", "run_8", code=77)
        self.exec("cmp_exec", COFFER, "integration", "show", "cmp_exec", "slack", code=77)
        self.exec("cmp_exec", COFFER, "run", "exec", "cmp_exec", "run_7", "--", "echo", code=77)

    def test_R3_a_program_gets_the_descriptor_and_nothing_else(self):
        self.begin("cmp_fds")
        cores_before = resource.getrlimit(resource.RLIMIT_CORE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, cores_before)
        resource.setrlimit(resource.RLIMIT_CORE, (cores_before[1], cores_before[1]))
        script = ("import os\n"
                  "print(sorted(k for k in os.environ if k.startswith('COFFER')))\n"
                  "fds = [int(fd) for fd in os.listdir('/proc/self/fd')]\n"
                  "print([fd for fd in fds if fd > 2 and os.path.exists(f'/proc/self/fd/{fd}')"
                  " and os.readlink(f'/proc/self/fd/{fd}').startswith('socket:')]"
                  " == [int(os.environ['COFFER_FD'])])\n"
                  "import fcntl, resource\n"
                  "print(fcntl.fcntl(int(os.environ['COFFER_FD']), fcntl.F_GETFL)"
                  " & os.O_NONBLOCK)\n"
                  "print(resource.getrlimit(resource.RLIMIT_CORE))\n")
        said = self.exec("cmp_fds", sys.executable, "-c", script, COFFER_TICKET_FD="9",
                         code=65)
        self.assertEqual(said, b"")
        names, only, blocking, cores = self.exec("cmp_fds", sys.executable, "-c",
                                                 script).decode().splitlines()
        self.assertEqual(names, "['COFFER_FD', 'COFFER_SOCKET']")  # the latter is the test's own
        self.assertEqual((only, blocking), ("True", "0"))
        if not SANITIZER:  # AddressSanitizer takes cores away before coffer begins
            self.assertEqual(cores, str(resource.getrlimit(resource.RLIMIT_CORE)))

    def test_R3_words_of_the_program_are_its_own(self):
        self.begin("cmp_words")
        words = ("--json", "-x", "", "[a,b]", "%%", "--", "run", "exec", "--help")
        said = self.exec("cmp_words", sys.executable, "-c", "import sys; print(sys.argv[1:])",
                         *words)
        self.assertEqual(said.decode().strip(), str(list(words)))

    def test_R3_the_programs_exit_code_is_the_commands(self):
        self.begin("cmp_exit")
        done = self.run_raw("run", "exec", "cmp_exit", "run_7", "--", "sh", "-c", "exit 7")
        self.assertEqual(done.returncode, 7)

    def test_R3_without_the_connection_the_program_is_not_started(self):
        self.begin("cmp_none")
        mark = self.daemon.home / "started"
        for words, code in ((("cmp_none", "run_8"), 12), (("cmp none", "run_7"), 65)):
            self.run_cli("run", "exec", *words, "--", "touch", str(mark), code=code)
        self.run_cli("run", "exec", "cmp_none", "run_7", "--", "touch", str(mark),
                     socket="/nonexistent/socket", code=69)
        self.run_cli("run", "exec", "cmp_none", "run_7", "touch", str(mark), code=64)
        self.run_cli("run", "exec", "cmp_none", "run_7", "--", code=64)
        self.run_cli("run", "exec", "cmp_none", "run_7", code=64)
        self.run_cli("run", "exec", "cmp_none", "run_7", "--", "/nonexistent/program", code=64)
        self.assertFalse(mark.exists())

    def test_R3_a_ticket_is_good_once_for_who_inherits_nothing(self):
        self.connect("cmp_ticket")
        self.begin("cmp_ticket")
        ticket = self.run_cli("run", "ticket", "cmp_ticket", "run_7", "--lifetime", "1m")
        self.assertTrue(ticket.startswith(b"ctkt_"), "no ticket")
        self.assertEqual(self.fetch("cmp_ticket", value=ticket, COFFER_TICKET_FD="0"), b"xoxb-1")
        self.fetch("cmp_ticket", value=ticket, COFFER_TICKET_FD="0", code=77)
        stranger = self.run_cli("run", "ticket", "cmp_ticket", "run_7", "--uid",
                                str(os.getuid() + 1))
        self.fetch("cmp_ticket", value=stranger, COFFER_TICKET_FD="0", code=77)

    def test_R3_a_ticket_is_shown_only_if_asked_for(self):
        self.begin("cmp_shown")
        self.run_cli("run", "ticket", "cmp_shown", "run_7", "--json", code=64)
        shown = self.json("run", "ticket", "cmp_shown", "run_7", "--reveal")
        self.assertEqual(sorted(shown), ["expires_at", "value"])
        code, screen = self.in_terminal("run", "ticket", "cmp_shown", "run_7")
        self.assertEqual(code, 64)
        self.assertNotIn(b"ctkt_", screen)
        self.run_cli("run", "ticket", "cmp_shown", "run_7", "--lifetime", "6m", code=65)
        self.run_cli("run", "ticket", "cmp_shown", "run_8", code=12)

    def test_R3_what_was_not_handed_over_is_not_replaced_by_more(self):
        self.connect("cmp_bad")
        for environment in ({"COFFER_FD": "77"}, {"COFFER_FD": ""}, {"COFFER_TICKET_FD": "77"}):
            self.fetch("cmp_bad", code=65, **environment)
        self.fetch("cmp_bad", value=b"ctkt_canary\n", COFFER_TICKET_FD="0", code=77)


if __name__ == "__main__":
    unittest.main()
