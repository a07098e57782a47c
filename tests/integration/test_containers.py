"""P2: users and groups of containers and other user namespaces are not those of this host."""

import os
import pathlib
import subprocess
import unittest

import coffer
from daemon import Daemon, clean_environment, field, need_root

PYTHON = "/usr/bin/python3"  # one that every user can run
STRANGER = 12345
SERVICE = 12346
UNMAPPED = 4711
OVERFLOW = 65534
PROGRAM = "import coffer, sys; coffer.connect(sys.argv[1]).fetch('cmp_a', 'slack'); print('ok')"
RULE = f"""
[[rule]]
name = "adapter"
users = [{STRANGER}]
roles = ["adapter"]
"""
# Runs a daemon as the overflow uid of a user namespace that maps two users only.
INSIDE = f"""
import ctypes, os, sys
ready, go = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    if ctypes.CDLL(None).unshare(0x10000000):
        os._exit(9)
    os.write(ready[1], b"x")
    os.read(go[0], 1)
    os.setresgid({OVERFLOW}, {OVERFLOW}, {OVERFLOW})
    os.setresuid({OVERFLOW}, {OVERFLOW}, {OVERFLOW})
    os.execv(sys.argv[1], sys.argv[1:])
os.read(ready[0], 1)
for name in ("uid_map", "gid_map"):
    with open(f"/proc/{{child}}/{{name}}", "w") as out:
        out.write("0 200000 1\\n{OVERFLOW} {OVERFLOW} 1\\n")
os.write(go[1], b"x")
import signal
signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


class Containers(unittest.TestCase):
    """Peers in namespaces of their own, which root makes with unshare(1)."""

    def setUp(self):
        need_root(self)

    def start(self, rule=RULE, wrapper=(), owner=0):
        daemon = Daemon("--socket-mode", "0666", start=False, home_mode=0o711, wrapper=wrapper)
        self.addCleanup(daemon.close)
        daemon.instance.mkdir(parents=True, mode=0o711)
        for folder in (daemon.instance.parent, daemon.instance):
            os.chown(folder, owner, owner)
        policy = daemon.home / "policy.toml"
        policy.write_text(rule, encoding="utf-8")
        policy.chmod(0o644)
        daemon.start("--create-key", "--policy", policy)
        for folder in (daemon.instance.parent, daemon.instance):
            folder.chmod(0o711)
        with daemon.connect(server_uid=owner) as client:
            client.set("cmp_a", "slack", "xoxb-1")
        return daemon

    def fetch(self, daemon, *before, uid=STRANGER):
        """"ok", or the error's name; the process was begun by the words `before`."""
        identity = ("setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups")
        shim = pathlib.Path(coffer.__file__).parents[1]
        program = f"try:\n  {PROGRAM.replace('; ', chr(10) + '  ')}\n" \
                  "except coffer.Error as error: print(error.name)"
        done = subprocess.run(
            [*identity, *before, PYTHON, "-c", program, daemon.socket], text=True,
            capture_output=True, check=False,
            env=clean_environment(PYTHONPATH=shim, PYTHONDONTWRITEBYTECODE=1,
                                  COFFER_SERVER_UID=SERVICE))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    OTHERS = (("unshare", "--user"), ("unshare", "--user", "--map-current-user"),
              ("unshare", "--user", "--map-root-user", "--pid", "--fork"))

    def test_P2_a_rule_by_user_matches_no_process_of_another_user_namespace(self):
        daemon = self.start()
        self.assertEqual(self.fetch(daemon), "ok")
        for words in self.OTHERS:
            self.assertEqual(self.fetch(daemon, *words), "denied", words)
        line = daemon.line("refused", "hello")
        self.assertEqual(field(line, "rule"), "none for a container")

    def test_P2_a_rule_that_says_so_matches_them(self):
        daemon = self.start(RULE + "containers = true\n")
        for words in ((), *self.OTHERS):
            self.assertEqual(self.fetch(daemon, *words), "ok", words)

    def test_P2_a_daemon_of_its_own_user_tells_them_apart_as_well(self):
        """It cannot read the namespaces of other users' processes, only their maps."""
        identity = ("setpriv", "--reuid", str(SERVICE), "--regid", str(SERVICE), "--clear-groups")
        daemon = self.start(wrapper=identity, owner=SERVICE)
        self.assertEqual(self.fetch(daemon), "ok")
        self.assertEqual(self.fetch(daemon, uid=SERVICE), "ok")
        for words in self.OTHERS:
            for uid in (STRANGER, SERVICE):
                self.assertEqual(self.fetch(daemon, *words, uid=uid), "denied", words)

    def test_P2_root_of_a_container_without_user_namespace_is_not_the_hosts_root(self):
        daemon = self.start()
        self.assertEqual(self.fetch(daemon, uid=0), "ok")
        container = ("unshare", "--pid", "--fork", "--mount-proc")
        self.assertEqual(self.fetch(daemon, *container, uid=0), "denied")

    def test_P2_a_mount_namespace_alone_is_no_container(self):
        daemon = self.start()
        self.assertEqual(self.fetch(daemon, "unshare", "--mount", uid=0), "ok")

    def test_P2_a_daemon_in_a_container_serves_peers_from_outside_by_their_uid(self):
        daemon = self.start(wrapper=("unshare", "--pid", "--fork", "--kill-child",
                                     "--mount-proc"))
        self.assertEqual(self.fetch(daemon), "ok")
        self.assertEqual(self.fetch(daemon, uid=0), "ok")
        self.assertEqual(self.fetch(daemon, uid=STRANGER + 1), "denied")

    def test_P2_a_user_that_is_not_mapped_is_not_the_daemons_own(self):
        daemon = Daemon("--socket-mode", "0666", "--allow-unlocked-memory", start=False,
                        home_mode=0o711, wrapper=(PYTHON, "-c", INSIDE))
        self.addCleanup(daemon.close)
        daemon.instance.mkdir(parents=True)
        for folder in (daemon.home, daemon.instance.parent, daemon.instance):
            os.chown(folder, OVERFLOW, OVERFLOW)
            folder.chmod(0o711)
        daemon.start("--create-key")
        daemon.line("warning", "runs_as_overflow_uid")
        self.assertEqual(self.fetch(daemon, uid=UNMAPPED), "denied")
        self.assertEqual(self.fetch(daemon, uid=OVERFLOW), "denied")
        daemon.stop()


if __name__ == "__main__":
    unittest.main()
