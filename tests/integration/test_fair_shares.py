"""P3: one user's hunger leaves others their share, and root its reserve."""

import contextlib
import os
import struct
import subprocess
import unittest

from daemon import Daemon, eventually, need_root
from raw_peer import HELLO, RawPeer, request

POLICY = """
[[rule]]
name = "greedy"
users = [5001]
roles = ["adapter"]
[[rule]]
name = "modest"
users = [5002]
roles = ["adapter"]
"""
BY_UNIT = POLICY + '[[rule]]\nname = "unit"\nunits = ["x.service"]\nroles = ["adapter"]\n'


def connect_as(uid, path, greet=True):
    """A connection of another user: the kernel notes the effective uid at connect(2)."""
    os.seteuid(uid)
    try:
        return RawPeer(path, greet)
    finally:
        os.seteuid(0)


class FairShares(unittest.TestCase):
    """uid 5001 takes what it can get; root and uid 5002 are served."""

    def setUp(self):
        need_root(self)

    def start(self, policy=POLICY, wrapper=()):
        daemon = Daemon("--socket-mode", "0666", start=False, home_mode=0o711, wrapper=wrapper)
        self.addCleanup(daemon.close)
        self.policy = daemon.home / "policy.toml"
        self.write_policy(policy)
        daemon.flags += ["--policy", str(self.policy)]
        daemon.start("--create-key")
        for folder in (daemon.home / "instances", daemon.instance):
            folder.chmod(0o711)
        self.root = daemon.connect()
        self.addCleanup(self.root.close)
        self.root.set("cmp_a", "slack", "xoxb-1")
        return daemon

    def write_policy(self, text):
        self.policy.write_text(text, encoding="utf-8")
        self.policy.chmod(0o644)

    def take_connections(self, daemon, count):
        """All that one user gets of them, of which some are told that they are too many."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        held = [stack.enter_context(connect_as(5001, daemon.socket, greet=False))
                for _ in range(count)]
        eventually(lambda: daemon.lines("connection_shed", "5001"), "some are too many")
        return held

    def fetch_as(self, uid, daemon):
        with connect_as(uid, daemon.socket) as peer:
            peer.send(request("integration_fetch", company="cmp_a", integration="slack"))
            return peer.error_or_reply()

    def test_connections(self):
        daemon = self.start(wrapper=["prlimit", "--nofile=256:256", "--"])
        self.take_connections(daemon, 250)
        self.assertEqual(self.fetch_as(5002, daemon), "reply")
        self.assertEqual(self.fetch_as(0, daemon), "reply")

    def test_a_reload_that_revokes_works_though_one_user_has_all_it_gets(self):
        daemon = self.start(BY_UNIT, wrapper=["prlimit", "--nofile=256:256", "--"])
        first = self.take_connections(daemon, 250)[0]
        self.write_policy(BY_UNIT.replace("5001", "5999"))
        daemon.reload()
        first.send(HELLO)
        self.assertEqual(first.error(), "denied")

    def test_a_reload_that_revokes_works_without_a_free_descriptor(self):
        daemon = self.start()
        peer = connect_as(5001, daemon.socket)
        self.addCleanup(peer.close)
        taken = max(map(int, os.listdir(f"/proc/{daemon.process.pid}/fd")))
        subprocess.run(["prlimit", f"--pid={daemon.process.pid}", f"--nofile={taken + 1}"],
                       check=True)
        self.write_policy(POLICY.replace("5001", "5999"))
        self.assertIn("policy_reloaded", daemon.reload())
        peer.send(request("integration_fetch", company="cmp_a", integration="slack"))
        self.assertEqual(peer.error(), "denied")

    def test_buffered_bytes(self):
        daemon = self.start()
        part = struct.pack(">IBBHI", 69000, 0x10, 0, 0, 1) + bytes(65_700)
        for _ in range(20):
            peer = connect_as(5001, daemon.socket)
            self.addCleanup(peer.close)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                peer.send(part)
        eventually(lambda: daemon.lines("connection_shed", "buffered_share"), "its share is used")
        for number in range(20):
            self.root.set("cmp_a", f"large{number}", "v" * 60_000)
        self.assertEqual(self.fetch_as(5002, daemon), "reply")


if __name__ == "__main__":
    unittest.main()
