"""P2: who the kernel says is calling decides; every refusal names its rule in the log."""

import pathlib
import subprocess
import sys
import unittest

import coffer
from daemon import Daemon, clean_environment, eventually, field, need_root

STRANGER = 12345

# Runs as another uid: tries each operation and prints what came of it.
PROGRAM = """
import sys
import coffer

def attempt(name, call):
    try:
        call()
        print(name, "ok")
    except coffer.Error as error:
        print(name, error.name)

try:
    c = coffer.connect(sys.argv[1])
except coffer.Error as error:
    print("hello", error.name)
    sys.exit()
print("hello ok")
attempt("ping", c.ping)
attempt("status", c.status)
attempt("set", lambda: c.set("cmp_a", "github", "ghp_stranger"))
attempt("show", lambda: c.show("cmp_a", "slack"))
attempt("list", lambda: list(c.list("cmp_a")))
attempt("fetch", lambda: c.fetch("cmp_a", "slack"))
attempt("rotate", lambda: c.rotate("cmp_a", "slack", "xoxb-canary"))
attempt("delete", lambda: c.delete("cmp_a", "slack"))
"""

ALL = ("hello", "ping", "status", "set", "show", "list", "fetch", "rotate", "delete")
ALLOWED = {
    "adapter": {"hello", "ping", "fetch"},
    "validator": {"hello", "ping"},
    "operator": {"hello", "ping", "status", "set", "show", "list", "rotate", "delete"},
    "observer": {"hello", "ping", "status", "show", "list"},
    "admin": set(ALL),
}


class OtherUid(unittest.TestCase):
    """A process of another uid, made with setpriv."""

    def setUp(self):
        need_root(self)

    def open_to_others(self, policy=None):
        """A daemon whose socket anybody may connect to: the policy alone decides."""
        daemon = Daemon("--socket-mode", "0666", start=False, home_mode=0o711)
        self.addCleanup(daemon.close)
        flags = []
        if policy:
            path = daemon.home / "policy.toml"
            path.write_text(policy, encoding="utf-8")
            path.chmod(0o644)
            flags = ["--policy", path]
        daemon.start("--create-key", *flags)
        for folder in (daemon.home / "instances", daemon.instance):
            folder.chmod(0o711)
        with daemon.connect() as client:
            client.set("cmp_a", "slack", "xoxb-canary")
        return daemon

    def run_as(self, daemon, *identity):
        """What each operation answered to the other uid, by name."""
        shim = pathlib.Path(coffer.__file__).parents[1]
        done = subprocess.run(
            ["setpriv", *identity, sys.executable, "-c", PROGRAM, daemon.socket],
            env=clean_environment(PYTHONPATH=shim, PYTHONDONTWRITEBYTECODE=1), text=True,
            capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return dict(line.split() for line in done.stdout.splitlines())

    def as_stranger(self, daemon):
        return self.run_as(daemon, "--reuid", str(STRANGER), "--regid", str(STRANGER),
                           "--clear-groups")

    def test_P2_a_stranger_is_denied_and_the_log_names_the_rule(self):
        daemon = self.open_to_others()
        self.assertEqual(self.as_stranger(daemon), {"hello": "denied"})
        line = daemon.line("refused", "denied")
        self.assertEqual(field(line, "rule"), "none")
        self.assertEqual(field(line, "uid"), str(STRANGER))
        self.assertEqual(field(line, "operation"), "hello")

    def test_P2_the_sockets_mode_keeps_strangers_out_by_default(self):
        daemon = Daemon(home_mode=0o711)
        self.addCleanup(daemon.close)
        self.assertEqual(self.as_stranger(daemon), {"hello": "unavailable"})

    def test_P2_each_role_may_do_just_its_own(self):
        for role, allowed in ALLOWED.items():
            with self.subTest(role):
                daemon = self.open_to_others(
                    f'[[rule]]\nname = "the {role}s"\nusers = [{STRANGER}]\nroles = ["{role}"]\n')
                answers = self.as_stranger(daemon)
                self.assertEqual({name for name, said in answers.items() if said == "ok"}, allowed)
                refused = {name: said for name, said in answers.items() if name not in allowed}
                self.assertEqual(set(refused.values()) - {"denied"}, set())
                self.assertEqual(set(answers), set(ALL))
                eventually(lambda: len(daemon.lines("refused", "denied")) >= len(refused),
                           "each refusal is logged")
                lines = daemon.lines("refused", "denied")
                self.assertEqual(len(lines), len(refused))
                self.assertEqual({field(line, "rule") for line in lines},
                                 {f"the {role}s"} if refused else set())
                self.assertNotIn("canary", daemon.log())

    def test_P2_supplementary_groups_count(self):
        policy = '[[rule]]\nname = "g"\ngroups = [54321]\nroles = ["adapter"]\n'
        daemon = self.open_to_others(policy)
        answers = self.run_as(daemon, "--reuid", str(STRANGER), "--regid", str(STRANGER),
                              "--groups", "54320,54321")
        self.assertEqual(answers["fetch"], "ok")
        self.assertEqual(self.as_stranger(daemon), {"hello": "denied"})

    def test_P3_a_flood_of_refusals_does_not_flood_the_log(self):
        daemon = self.open_to_others()
        program = "import coffer, sys\nfor _ in range(500):\n try: coffer.connect(sys.argv[1])\n" \
                  " except coffer.Denied: pass\n"
        shim = pathlib.Path(coffer.__file__).parents[1]
        subprocess.run(["setpriv", "--reuid", str(STRANGER), "--regid", str(STRANGER),
                        "--clear-groups", sys.executable, "-c", program, daemon.socket],
                       env=clean_environment(PYTHONPATH=shim), check=True)
        self.assertLess(len(daemon.lines("refused")), 100)

        def told():  # the budget refills: the next refusal that is logged says how many were not
            self.as_stranger(daemon)
            return sum(int(field(line, "suppressed")) for line in daemon.lines("refused")) > 400

        eventually(told, "the log says how many refusals it left out")


if __name__ == "__main__":
    unittest.main()
