"""R3: a child with nothing but an inherited descriptor has its run's authority, and no more."""

import os
import subprocess
import sys
import unittest

import coffer
import raw_peer
from coffer import wire
from daemon import Daemon, clean_environment

# What the narrowed child does: everything, and prints what came of it.
PROGRAM = """
import os, sys
import coffer
from coffer import wire

print("argv", sys.argv[1:])
print("fd", sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[3:])
c = coffer.connect()

def attempt(name, call):
    try:
        print(name, call())
    except coffer.Error as error:
        print(name, error.name)

attempt("own", lambda: c.fetch("cmp_a", "slack").reveal() == "xoxb-first")
attempt("own_freshness", lambda: c.fetch("cmp_a", "slack").freshness)
attempt("own_run", lambda: c.fetch("cmp_a", "slack", "run_1").version)
attempt("own_token", lambda: len(c.token_fetch("cmp_a", "agt_1").reveal()))
attempt("other_company", lambda: c.fetch("cmp_b", "slack"))
attempt("other_run", lambda: c.fetch("cmp_a", "slack", "run_2"))
attempt("other_token", lambda: c.token_fetch("cmp_a", "agt_2"))
attempt("foreign_token", lambda: c.token_fetch("cmp_b", "agt_1"))
attempt("set", lambda: c.set("cmp_a", "github", "ghp_1"))
attempt("rotate", lambda: c.rotate("cmp_a", "slack", "xoxb-2"))
attempt("delete", lambda: c.delete("cmp_a", "slack"))
attempt("show", lambda: c.show("cmp_a", "slack"))
attempt("list", lambda: list(c.list("cmp_a")))
attempt("status", c.status)
attempt("run_begin", lambda: c.run_begin("cmp_a", "run_3", "agt_1"))
attempt("run_end", lambda: c.run_end("cmp_a", "run_1"))
attempt("runs", lambda: list(c.runs("cmp_a")))
attempt("narrow", lambda: c.narrow("cmp_a", "run_2"))
attempt("ticket", lambda: c.ticket_issue("cmp_a", "run_1"))
attempt("token_issue", lambda: c.token_issue("cmp_a", "agt_3", "a"))
attempt("token_rotate", lambda: c.token_rotate("cmp_a", "agt_1"))
attempt("token_revoke", lambda: c.token_revoke("cmp_a", "agt_1"))
attempt("tokens", lambda: list(c.tokens("cmp_a")))
attempt("validate", lambda: c.token_validate("cagt_x", "cmp_a", "agt_1"))
attempt("audit", lambda: list(c.audit()))
attempt("verify", c.audit_verify)
attempt("explain", lambda: c.policy_explain(0, "ping"))
print("environment", "COFFER_FD" in os.environ)
sys.stdin.read()
attempt("after_the_end", lambda: c.fetch("cmp_a", "slack"))
"""

DENIED = ("other_company other_run other_token foreign_token set rotate delete show list status "
          "run_begin run_end runs narrow ticket token_issue token_rotate token_revoke tokens "
          "validate audit verify explain").split()


class Handover(unittest.TestCase):
    """The orchestrator is root here: all that the child cannot do is the narrowing's work."""

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.client = self.daemon.connect()
        self.addCleanup(self.client.close)
        for company in ("cmp_a", "cmp_b"):
            self.client.set(company, "slack", "xoxb-first")
            self.client.token_issue(company, "agt_1", "memory:read")
        self.client.token_issue("cmp_a", "agt_2", "memory:read")
        self.client.run_begin("cmp_a", "run_1", "agt_1")
        self.client.run_begin("cmp_a", "run_2", "agt_2")
        self.client.rotate("cmp_a", "slack", "xoxb-second")

    def start_child(self):
        environment = clean_environment(PYTHONPATH=os.path.dirname(os.path.dirname(
            coffer.__file__)), PYTHONDONTWRITEBYTECODE=1)
        with coffer.narrowed("cmp_a", "run_1", path=self.daemon.socket) as c:
            child = subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, text=True,
                                     **c.handover(environment))
        self.addCleanup(child.stdout.close)
        return child

    def test_R3_a_child_fetches_for_its_run_and_can_do_nothing_else(self):
        child = self.start_child()
        said = {}
        for line in child.stdout:
            name, _, what = line.strip().partition(" ")
            said[name] = what
            if name == "environment":
                break
        with open(f"/proc/{child.pid}/environ", "rb") as file:
            environment = file.read().split(b"\0")
        with open(f"/proc/{child.pid}/cmdline", "rb") as file:
            arguments = file.read()
        self.client.run_end("cmp_a", "run_1")
        child.stdin.close()
        said["after_the_end"] = child.stdout.read().split()[-1]
        self.assertEqual(child.wait(), 0)

        self.assertEqual(said["own"], "True")
        self.assertEqual(said["own_freshness"], "pinned")
        self.assertEqual(said["own_token"], "65")
        self.assertEqual({name: said[name] for name in DENIED}, dict.fromkeys(DENIED, "denied"))
        self.assertEqual(said["after_the_end"], "run_ended")
        self.assertEqual(said["environment"], "False")
        # Nothing in argv; of the environment, the number of a descriptor that is of use to nobody
        # else.
        self.assertEqual(said["argv"], "[]")
        ours = [one for one in environment if one.startswith(b"COFFER") or b"coffer.sock" in one]
        self.assertRegex(b" ".join(ours), rb"^COFFER_FD=[0-9]+$")
        for secret in (b"cagt_", b"xoxb-", b"run_1", b"ctkt_"):
            self.assertNotIn(secret, b"\0".join(environment))
        self.assertNotIn(b"ctkt_", arguments)

    def test_R3_each_opcode_there_is_tried_on_the_wire(self):
        with coffer.narrowed("cmp_a", "run_1", path=self.daemon.socket) as narrowed:
            fd = narrowed.detach_fd()
        peer = raw_peer.RawPeer.of_descriptor(fd)
        self.addCleanup(peer.close)
        known = {row[0]: name for name, row in wire.OPERATIONS.items()}
        answers = {}
        for opcode in range(256):
            peer.send(wire.encode_frame(opcode, 0, opcode, b""))
            answers.setdefault(peer.error_or_reply(), set()).add(known.get(opcode, "unknown"))
        self.assertEqual(answers.pop("reply"), {"ping", "whoami"})
        self.assertEqual(answers.pop("missing_field"), {"integration_fetch", "token_fetch"})
        self.assertEqual(answers.pop("unexpected_hello"), {"hello"})
        self.assertEqual(answers.pop("unknown_operation"), {"unknown"})
        self.assertEqual(answers.pop("denied"), set(known.values()) - {
            "ping", "whoami", "integration_fetch", "token_fetch", "hello"})
        self.assertEqual(answers, {})

    def test_R3_requests_behind_a_narrow_in_one_write_are_narrowed(self):
        # The run is not known to the daemon's memory yet: narrowing waits for the store.
        with raw_peer.RawPeer(self.daemon.socket) as peer:
            peer.send(raw_peer.request("narrow", 1, company="cmp_a", run="run_1") +
                      raw_peer.request("integration_fetch", 2, company="cmp_b",
                                       integration="slack") +
                      raw_peer.request("status", 3) +
                      raw_peer.request("integration_fetch", 4, company="cmp_a",
                                       integration="slack"))
            answers = [peer.receive() for _ in range(4)]
        self.assertEqual([answer[2] for answer in answers], [1, 2, 3, 4])
        self.assertEqual([bool(answer[1] & wire.FLAG_ERROR) for answer in answers],
                         [False, True, True, False])

    def test_R3_narrowing_holds_when_the_policy_is_reloaded(self):
        with coffer.narrowed("cmp_a", "run_1", path=self.daemon.socket) as narrowed:
            self.daemon.reload()
            self.assertEqual(narrowed.fetch("cmp_a", "slack").reveal(), "xoxb-first")
            with self.assertRaises(coffer.Denied):
                narrowed.fetch("cmp_b", "slack")

    def test_R3_a_restart_ends_the_connection_and_not_the_run(self):
        with coffer.narrowed("cmp_a", "run_1", path=self.daemon.socket) as narrowed:
            self.daemon.stop()
            self.daemon.start()
            with self.assertRaises(coffer.Unavailable):
                narrowed.fetch("cmp_a", "slack")
        with coffer.narrowed("cmp_a", "run_1", path=self.daemon.socket) as narrowed:
            self.assertEqual(narrowed.fetch("cmp_a", "slack").reveal(), "xoxb-first")


if __name__ == "__main__":
    unittest.main()
