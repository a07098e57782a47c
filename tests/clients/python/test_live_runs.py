"""R1–R3 with a real daemon: a child gets its run's authority, and nothing else."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

import coffer
from daemon import Daemon, clean_environment, eventually, need_root

SHIM = pathlib.Path(coffer.__file__).parents[1]
STRANGER = 12345
POLICY = f"""
[[rule]]
name = "may connect"
users = [{STRANGER}]
roles = ["adapter"]
companies = ["cmp_none"]
"""

# Says, by name, what each call came to: the freshness of a value, or the name of the error.
CHILD = """
import json, os
import coffer

said = {}

def attempt(name, call):
    try:
        said[name] = getattr(call(), "freshness", "ok")
    except coffer.Error as error:
        said[name] = error.name

try:
    c = coffer.connect()
except coffer.Error as error:
    print(json.dumps({"connect": error.name}))
    raise SystemExit()
attempt("fetch", lambda: c.fetch("cmp_a", "slack"))
attempt("fetch of its run", lambda: c.fetch("cmp_a", "slack", run="run_1"))
attempt("token of its agent", lambda: c.token_fetch("cmp_a", "agt_a"))
attempt("ping", c.ping)
attempt("fetch of another company", lambda: c.fetch("cmp_b", "slack"))
attempt("fetch of another run", lambda: c.fetch("cmp_a", "slack", run="run_2"))
attempt("token of another agent", lambda: c.token_fetch("cmp_a", "agt_b"))
attempt("narrow to another run", lambda: c.narrow("cmp_a", "run_2"))
attempt("narrow to its own run", lambda: c.narrow("cmp_a", "run_1"))
attempt("ticket_issue", lambda: c.ticket_issue("cmp_a", "run_1"))
attempt("ticket_redeem", lambda: c.ticket_redeem("wrong"))
attempt("status", c.status)
attempt("set", lambda: c.set("cmp_a", "github", "ghp_1"))
attempt("show", lambda: c.show("cmp_a", "slack"))
attempt("list", lambda: list(c.list("cmp_a")))
attempt("rotate", lambda: c.rotate("cmp_a", "slack", "xoxb-3"))
attempt("delete", lambda: c.delete("cmp_a", "slack"))
attempt("run_begin", lambda: c.run_begin("cmp_a", "run_3", "agt_a"))
attempt("run_end", lambda: c.run_end("cmp_a", "run_1"))
attempt("runs", lambda: list(c.runs("cmp_a")))
attempt("token_issue", lambda: c.token_issue("cmp_a", "agt_c", "a"))
attempt("token_rotate", lambda: c.token_rotate("cmp_a", "agt_a"))
attempt("token_revoke", lambda: c.token_revoke("cmp_a", "agt_a"))
attempt("tokens", lambda: list(c.tokens("cmp_a")))
attempt("token_validate", lambda: c.token_validate("wrong", "cmp_a", "agt_a"))
attempt("audit", lambda: list(c.audit()))
attempt("audit_verify", c.audit_verify)
attempt("policy_explain", lambda: c.policy_explain(0, "ping"))

def again():
    with coffer.connect() as other:
        return other.fetch("cmp_a", "slack")

attempt("fetch by a later client", again)
attempt("and one more", again)
attempt("status by a later client", lambda: coffer.connect().status())
said["shown"] = [open(f"/proc/self/{name}").read() for name in ("cmdline", "environ")]
said["left"] = [name for name in os.environ if name.endswith("_FD")]
print(json.dumps(said))
"""
MAY = {"fetch": "pinned", "fetch of its run": "pinned", "token of its agent": "fresh",
       "ping": "ok", "fetch by a later client": "pinned", "and one more": "pinned"}


def identity():
    """The child is of another user where that is possible, to whom the socket is closed."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid", str(STRANGER), "--regid", str(STRANGER), "--clear-groups"]


class Live(unittest.TestCase):
    """A daemon with a credential, two runs and two tokens."""

    def start(self, **options):
        daemon = Daemon(**options)
        self.addCleanup(daemon.close)
        return daemon

    def fill(self, daemon):
        """A client of the daemon. run_1 keeps version 1 of slack; its successor is current."""
        client = daemon.connect()
        self.addCleanup(client.close)
        client.set("cmp_a", "slack", "xoxb-canary-1")
        client.set("cmp_b", "slack", "xoxb-canary-b")
        client.run_begin("cmp_a", "run_1", "agt_a", time_limit=600_000)
        client.rotate("cmp_a", "slack", "xoxb-canary-2")
        client.run_begin("cmp_a", "run_2", "agt_b")
        for agent in ("agt_a", "agt_b"):
            client.token_issue("cmp_a", agent, "memory:read")
        return client

    def environment(self, **more):
        return clean_environment(PYTHONPATH=SHIM, PYTHONDONTWRITEBYTECODE=1, **more)

    def said_by(self, *prefix, **options):
        """What the child says, started with `options` of Popen."""
        with subprocess.Popen([*prefix, sys.executable, "-c", CHILD], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, **options) as child:
            out, problems = child.communicate(timeout=60)
        self.assertEqual((child.returncode, problems), (0, ""))
        return json.loads(out)

    def assert_just_the_runs(self, said):
        """It may fetch what is its run's; nothing else, and nobody saw a secret go over."""
        shown = "".join(said.pop("shown"))  # which no failure may print: it is an environment
        self.assertEqual([mark for mark in ("canary", "ctkt_", "cagt_") if mark in shown], [])
        self.assertEqual(said.pop("left"), [])
        self.assertEqual({name: one for name, one in said.items() if name in MAY}, MAY)
        refused = {name: one for name, one in said.items() if name not in MAY}
        self.assertEqual(refused, dict.fromkeys(refused, "denied"))
        self.assertEqual(len(refused), 25)


class Runs(Live):
    """R1, R2."""

    def test_R1_a_run_keeps_its_versions_and_a_later_one_gets_the_new_ones(self):
        client = self.fill(self.start())
        kept, current = (client.fetch("cmp_a", "slack", run=run) for run in ("run_1", "run_2"))
        self.assertEqual((kept.reveal(), kept.freshness), ("xoxb-canary-1", "pinned"))
        self.assertEqual(current.reveal(), "xoxb-canary-2")
        self.assertEqual([one.run for one in client.runs("cmp_a")], ["run_1", "run_2"])
        client.run_end("cmp_a", "run_1")
        self.assertRaises(coffer.RunEnded, client.fetch, "cmp_a", "slack", run="run_1")
        self.assertEqual([one.run for one in client.runs("cmp_a")], ["run_2"])

    def test_R2_a_cut_version_falls_forward_and_says_so(self):
        client = self.fill(self.start())
        self.assertIs(client.fetch("cmp_a", "slack", run="run_1").fell_forward, False)
        made = client.rotate("cmp_a", "slack", "xoxb-canary-3", cut=True)
        secret = client.fetch("cmp_a", "slack", run="run_1")
        self.assertEqual((secret.reveal(), secret.version, secret.fell_forward),
                         ("xoxb-canary-3", made.version, True))


class Descriptors(Live):
    """R3: an inherited connection."""

    def test_R3_a_child_with_nothing_but_a_descriptor_has_its_runs_authority_only(self):
        daemon = self.start()
        client = self.fill(daemon)
        before = client.status()["connections"]
        with coffer.narrowed("cmp_a", "run_1", path=daemon.socket) as c:
            self.assertEqual(c.authority[:3], ("cmp_a", "agt_a", "run_1"))
            said = self.said_by(*identity(), **c.handover(env=self.environment()))
        self.assert_just_the_runs(said)
        eventually(lambda: client.status()["connections"] == before, "no copy is left open")
        self.assertNotIn("canary", daemon.log())

    def test_R3_a_descriptor_is_of_no_use_when_the_run_has_ended(self):
        daemon = self.start()
        client = self.fill(daemon)
        with coffer.narrowed("cmp_a", "run_1", path=daemon.socket) as c:
            client.run_end("cmp_a", "run_1")
            said = self.said_by(**c.handover(env=self.environment()))
        self.assertEqual(said, {"connect": "run_ended"})

    def test_R3_a_restart_ends_it_and_it_is_not_replaced(self):
        daemon = self.start()
        self.fill(daemon)
        with coffer.narrowed("cmp_a", "run_1", path=daemon.socket) as c:
            daemon.kill()
            daemon.start()
            for _ in range(2):
                self.assertRaises(coffer.Unavailable, c.fetch, "cmp_a", "slack")
        with coffer.narrowed("cmp_a", "run_1", path=daemon.socket) as c:
            self.assertEqual(c.fetch("cmp_a", "slack").freshness, "pinned")

    def test_R3_a_descriptor_that_is_none_does_not_end_in_more_authority(self):
        daemon = self.start()
        self.fill(daemon)
        said = self.said_by(env=self.environment(COFFER_SOCKET=daemon.socket, COFFER_FD=999))
        self.assertEqual(said, {"connect": "invalid_field"})


class Tickets(Live):
    """R3: for those who cannot inherit a connection."""

    def child_with(self, ticket, daemon, *prefix):
        """What a child says that reads the ticket from its standard input."""
        with ticket, ticket.pipe() as pipe:
            return self.said_by(*prefix, stdin=pipe, env=self.environment(
                COFFER_SOCKET=daemon.socket, COFFER_TICKET_FD=0))

    def test_R3_a_ticket_is_good_once_and_for_its_run_only(self):
        daemon = self.start()
        client = self.fill(daemon)
        ticket = client.ticket_issue("cmp_a", "run_1")
        again = coffer.Ticket(ticket.reveal_bytes(), ticket.expires_at)
        self.assert_just_the_runs(self.child_with(ticket, daemon))
        self.assertEqual(self.child_with(again, daemon)["connect"], "invalid_ticket")
        self.assertNotIn("ctkt_", daemon.log())

    def test_R3_a_ticket_of_an_ended_run(self):
        daemon = self.start()
        client = self.fill(daemon)
        ticket = client.ticket_issue("cmp_a", "run_1")
        client.run_end("cmp_a", "run_1")
        self.assertEqual(self.child_with(ticket, daemon)["connect"], "run_ended")

    def test_R3_a_ticket_is_for_its_uid_only(self):
        need_root(self)
        daemon = self.start(start=False, home_mode=0o711)
        policy = daemon.home / "policy.toml"
        policy.write_text(POLICY, encoding="utf-8")
        daemon.start("--create-key", "--socket-mode", "0666", "--policy", policy)
        for folder in (daemon.home / "instances", daemon.instance):
            folder.chmod(0o711)
        client = self.fill(daemon)
        ticket = client.ticket_issue("cmp_a", "run_1", uid=STRANGER)
        with daemon.connect() as other:
            self.assertRaises(coffer.InvalidTicket, other.ticket_redeem, ticket)
            self.assertIs(other.narrowed, False)
        self.assert_just_the_runs(self.child_with(ticket, daemon, *identity()))


if __name__ == "__main__":
    unittest.main()
