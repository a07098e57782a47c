"""P2: processes in systemd units, processes that die, and children that use a parent's socket."""

import os
import pathlib
import signal
import subprocess
import sys
import unittest

import coffer
import raw_peer
from daemon import Daemon, clean_environment, eventually, need_root, skip_or_fail

STRANGER = 12345
UNIT = f"coffer-test-{os.getpid()}.service"  # another run may have left its own
POLICY = f"""
[[rule]]
name = "unit"
units = ["{UNIT}"]
roles = ["adapter"]

[[rule]]
name = "user"
users = [{STRANGER + 1}]
roles = ["adapter"]
"""

# Prints what each line of its input came to. "fork": from then on a child answers in its place, and
# the process that connected has ended.
PROGRAM = """
import os, sys
import coffer
from raw_peer import RawPeer, fetch, HELLO

path = sys.argv[1]
peer = None
for line in iter(sys.stdin.readline, ""):
    word = line.strip()
    if word == "connect":
        peer = RawPeer(path, greet=False)
        peer.send(HELLO)
    elif word == "connect-only":
        peer = RawPeer(path, greet=False)
        print("connected", flush=True)
        continue
    elif word == "send":
        peer.send(HELLO + fetch("slack"))
        print("sent", flush=True)
        continue
    elif word == "fetch":
        peer.send(fetch("slack"))
    elif word == "fork":
        if os.fork():
            os._exit(0)
        print("forked", flush=True)
        continue
    answer = "end"
    try:
        answer = peer.error_or_reply()
    except TypeError:
        pass
    print(answer, flush=True)
"""


def unified_hierarchy():
    """Where cgroup v2 is mounted; None if it is not."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            _, where, kind, *_ = line.split()
            if kind == "cgroup2":
                return pathlib.Path(where)
    return None


class Attestation(unittest.TestCase):
    """A test's own cgroup, named as systemd names that of a unit."""

    def setUp(self):
        need_root(self)
        root = unified_hierarchy()
        if root is None or not os.access(root, os.W_OK):
            skip_or_fail(self, "needs a writable cgroup v2 hierarchy")
        self.slice = root / "system.slice"
        made = not self.slice.exists()
        self.slice.mkdir(exist_ok=True)
        if made:
            self.addCleanup(self.slice.rmdir)
        self.unit = self.slice / UNIT
        self.unit.mkdir()
        self.addCleanup(self.remove_unit)
        self.daemon = Daemon("--socket-mode", "0666", start=False, home_mode=0o711)
        self.addCleanup(self.daemon.close)
        policy = self.daemon.home / "policy.toml"
        policy.write_text(POLICY, encoding="utf-8")
        self.daemon.start("--create-key", "--policy", policy)
        for folder in (self.daemon.home / "instances", self.daemon.instance):
            folder.chmod(0o711)
        with self.daemon.connect() as client:
            client.set("cmp_a", "slack", "xoxb-1")

    def remove_unit(self):
        def gone():
            try:
                self.unit.rmdir()
            except OSError:
                return False
            return True
        eventually(gone, "the unit's processes have ended")

    def start(self, *, unit, uid=STRANGER):
        """A process of a user, in the unit (or another cgroup) or not."""
        shim = pathlib.Path(coffer.__file__).parents[1]
        here = pathlib.Path(__file__).parent
        command = ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups",
                   sys.executable, "-c", PROGRAM, self.daemon.socket]
        if unit:
            group = self.unit if unit is True else unit
            command = ["sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh",
                       *command]
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=clean_environment(PYTHONPATH=f"{shim}:{here}", PYTHONDONTWRITEBYTECODE=1,
                                  COFFER_BINARY_DIR=os.environ["COFFER_BINARY_DIR"]))
        self.addCleanup(self.end, child)
        return child

    def end(self, child):
        child.stdin.close()
        child.stdout.close()
        child.kill()
        child.wait()

    def tell(self, child, word):
        """What came of one line."""
        child.stdin.write(word + "\n")
        child.stdin.flush()
        return child.stdout.readline().strip()

    def test_P2_a_unit_is_who_it_is_and_others_are_not(self):
        member, stranger = self.start(unit=True), self.start(unit=False)
        self.assertEqual(self.tell(member, "connect"), "reply")
        self.assertEqual(self.tell(member, "fetch"), "reply")
        self.assertEqual(self.tell(stranger, "connect"), "denied")

    def test_P2_a_cgroup_of_ones_own_that_is_named_like_a_unit_is_none(self):
        fake = self.unit / "evil.slice" / "other.service"
        fake.mkdir(parents=True)
        self.addCleanup((self.unit / "evil.slice").rmdir)
        self.addCleanup(fake.rmdir)
        # What lies below a unit is that unit's: this is UNIT, whatever it says.
        member = self.start(unit=fake)
        self.assertEqual(self.tell(member, "connect"), "reply")
        self.end(member)

    def test_P2_a_units_authority_ends_with_the_process(self):
        member = self.start(unit=True)
        self.assertEqual(self.tell(member, "connect"), "reply")
        self.assertEqual(self.tell(member, "fork"), "forked")  # a child in the same unit, even
        self.assertEqual(self.tell(member, "wait"), "denied")
        self.assertEqual(self.tell(member, "wait"), "end")
        eventually(lambda: self.daemon.lines("connection_shed", "process_exited"), "it is logged")

    def test_P2_a_users_authority_is_the_sockets_also_in_a_forked_child(self):
        user = self.start(unit=False, uid=STRANGER + 1)
        self.assertEqual(self.tell(user, "connect"), "reply")
        self.assertEqual(self.tell(user, "fork"), "forked")
        self.assertEqual(self.tell(user, "fetch"), "reply")

    def test_P2_a_process_that_died_between_connect_and_request_has_no_unit(self):
        member = self.start(unit=True)
        self.daemon.process.send_signal(signal.SIGSTOP)
        try:
            self.assertEqual(self.tell(member, "connect-only"), "connected")
            self.assertEqual(self.tell(member, "fork"), "forked")  # which has its socket
            eventually(lambda: member.poll() is not None, "who connected has died")
            self.assertEqual(self.tell(member, "send"), "sent")
        finally:
            self.daemon.process.send_signal(signal.SIGCONT)
        self.assertEqual(self.tell(member, "wait"), "denied")

    def test_P2_one_that_died_with_its_socket_harms_nobody(self):
        for unit, uid in ((True, STRANGER), (False, STRANGER + 1), (False, STRANGER)):
            gone = self.start(unit=unit, uid=uid)
            self.daemon.process.send_signal(signal.SIGSTOP)
            try:
                self.assertEqual(self.tell(gone, "connect-only"), "connected")
                self.assertEqual(self.tell(gone, "send"), "sent")
                gone.kill()
                gone.wait()
            finally:
                self.daemon.process.send_signal(signal.SIGCONT)
            with self.daemon.connect() as client:
                self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")
                eventually(lambda: client.status()["connections"] == 1, "it is forgotten")

    def test_P2_a_pid_in_use_by_another_process_is_not_the_peer(self):
        """The pid of a dead peer goes to a process of the unit, before the daemon looks."""
        outsider = self.start(unit=False)
        self.daemon.process.send_signal(signal.SIGSTOP)
        try:
            self.assertEqual(self.tell(outsider, "connect-only"), "connected")
            self.assertEqual(self.tell(outsider, "fork"), "forked")
            eventually(lambda: outsider.poll() is not None, "who connected has died")
            member = self.take_pid(outsider.pid)
            self.assertEqual(self.tell(outsider, "send"), "sent")
        finally:
            self.daemon.process.send_signal(signal.SIGCONT)
        self.assertEqual(self.tell(outsider, "wait"), "denied")
        member.kill()
        member.wait()

    def take_pid(self, wanted):
        """A process of the unit with that pid; the kernel is told where to go on counting."""
        last = pathlib.Path("/proc/sys/kernel/ns_last_pid")
        command = ["sh", "-c", f"echo $$ > {self.unit}/cgroup.procs; exec sleep 1000"]
        for _ in range(100):
            last.write_text(str(wanted - 1), encoding="ascii")
            child = subprocess.Popen(command)
            if child.pid == wanted:
                eventually(lambda: "sleep" in pathlib.Path(
                    f"/proc/{wanted}/cmdline").read_text(encoding="ascii"), "it is in the unit")
                return child
            child.kill()
            child.wait()
        raise AssertionError("the pid was not to be had")

    def test_P2_a_reloaded_policy_holds_for_open_connections(self):
        user = self.start(unit=False, uid=STRANGER + 1)
        self.assertEqual(self.tell(user, "connect"), "reply")
        policy = self.daemon.home / "policy.toml"
        policy.write_text(POLICY.replace('["adapter"]', '["validator"]'), encoding="utf-8")
        self.daemon.reload()
        self.assertEqual(self.tell(user, "fetch"), "denied")

    def test_P2_a_bad_policy_keeps_the_old_one_and_names_the_line(self):
        user = self.start(unit=False, uid=STRANGER + 1)
        self.assertEqual(self.tell(user, "connect"), "reply")
        policy = self.daemon.home / "policy.toml"
        policy.write_text(POLICY + '[[rule]]\nname = "x"\nuser = [1]\n', encoding="utf-8")
        line = self.daemon.reload()
        self.assertIn("policy_not_reloaded", line)
        self.assertIn("line 13", line)
        self.assertEqual(self.tell(user, "fetch"), "reply")


if __name__ == "__main__":
    unittest.main()
