"""G, H, F: who serves the socket, which socket it is, and one deadline for a call."""

import itertools
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import coffer
from coffer import place
from daemon import clean_environment, need_root
from fake_daemon import FakeDaemon, answering, fetched, hello
from test_client import RECORD, answer_fetches

STRANGER = 12345
VALID = {"kid": "k1", "scopes": "", "freshness": "fresh"}
AUTHORITY = {"company": "cmp_a", "agent": "agt_a", "run": "run_7", "ends_at": 6}
SENDING = {
    "integration_set": lambda client: client.set("cmp_a", "slack", "v"),
    "integration_rotate": lambda client: client.rotate("cmp_a", "slack", "v"),
    "token_validate": lambda client: client.token_validate("t", "cmp_a", "agt_a"),
    "ticket_redeem": lambda client: client.ticket_redeem("t"),
}


def obliging():
    """A daemon that takes all it is given."""
    return answering(integration_set=RECORD, integration_rotate=RECORD, token_validate=VALID,
                     ticket_redeem=AUTHORITY, integration_fetch={
                         "value": b"v", "version": 1, "freshness": "fresh"})


class Server(unittest.TestCase):
    """A secret goes to root, to this process's own user, or to the one that was named."""

    def test_G_a_stranger_who_serves_the_socket_gets_no_secret(self):
        need_root(self)
        for operation, act in SENDING.items():
            script = obliging()
            with self.subTest(operation), FakeDaemon(script, uid=STRANGER) as daemon, \
                    coffer.connect(daemon.path) as client:
                with self.assertRaises(coffer.UntrustedServer) as raised:
                    act(client)
                self.assertIn("COFFER_SERVER_UID=12345", raised.exception.text)
                self.assertIn(daemon.path, raised.exception.text)
                self.assertEqual(script.asked, [])

    def test_G_what_sends_no_secret_may_be_asked_of_a_stranger(self):
        need_root(self)
        with FakeDaemon(obliging(), uid=STRANGER) as daemon, coffer.connect(daemon.path) as client:
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "v")

    def test_G_a_user_who_was_named_gets_it(self):
        need_root(self)
        for operation, act in SENDING.items():
            with self.subTest(operation):
                with FakeDaemon(obliging(), uid=STRANGER) as daemon, \
                        coffer.connect(daemon.path, server_uid=STRANGER) as client:
                    act(client)
                with FakeDaemon(obliging(), uid=STRANGER) as daemon, \
                        mock.patch.dict(os.environ, COFFER_SERVER_UID=str(STRANGER)), \
                        coffer.connect(daemon.path) as client:
                    act(client)

    def test_G_the_one_named_by_the_program_goes_over_the_environments(self):
        need_root(self)
        with FakeDaemon(obliging(), uid=STRANGER) as daemon, \
                mock.patch.dict(os.environ, COFFER_SERVER_UID=str(STRANGER)), \
                coffer.connect(daemon.path, server_uid=1) as client:
            self.assertRaises(coffer.UntrustedServer, client.set, "cmp_a", "slack", "v")

    def test_G_a_server_that_changes_is_seen_after_a_reconnect(self):
        need_root(self)
        with FakeDaemon(obliging()) as daemon, coffer.connect(daemon.path) as client:
            client.set("cmp_a", "slack", "v")
            client.close()
            script = obliging()
            with FakeDaemon(script, uid=STRANGER) as false:
                os.rename(false.path, daemon.path)
                os.symlink(daemon.path, false.path)
                self.assertRaises(coffer.UntrustedServer, client.set, "cmp_a", "slack", "v")
                self.assertEqual(script.asked, [])

    def test_G_an_environment_that_names_no_user_is_an_error(self):
        for text in ("alice", "-1", "0x0", "\u0665"):
            with self.subTest(text), mock.patch.dict(os.environ, COFFER_SERVER_UID=text):
                self.assertRaises(coffer.InvalidField, place.check_server, 1, "/s", None)

    def test_G_this_processs_own_user_is_trusted_but_not_the_overflow_uid(self):
        with mock.patch("os.geteuid", return_value=STRANGER):
            place.check_server(STRANGER, "/s", None)
            place.check_server(0, "/s", None)
            self.assertRaises(coffer.UntrustedServer, place.check_server, 1, "/s", None)
        nobody = int(pathlib.Path("/proc/sys/kernel/overflowuid").read_text(encoding="ascii"))
        with mock.patch("os.geteuid", return_value=nobody):
            self.assertRaises(coffer.UntrustedServer, place.check_server, nobody, "/s", None)
            place.check_server(nobody, "/s", nobody)

    def test_G_the_owner_of_the_systems_folder_is_trusted_there_only(self):
        need_root(self)
        with tempfile.TemporaryDirectory() as folder:
            os.chown(folder, STRANGER, STRANGER)
            with mock.patch("coffer.place.SYSTEM_SOCKET", f"{folder}/coffer.sock"):
                place.check_server(STRANGER, f"{folder}/coffer.sock", None)
                self.assertRaises(coffer.UntrustedServer, place.check_server, STRANGER,
                                  f"{folder}/other.sock", None)


class Target(unittest.TestCase):
    """Which daemon is meant, and that no other is asked in its place."""

    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)
        patched = mock.patch.dict(os.environ, HOME=self.home.name)
        patched.start()
        self.addCleanup(patched.stop)
        for name in ("COMPANY_AGENTS_HOME", "COFFER_SOCKET"):
            os.environ.pop(name, None)

    def system(self, path):
        patched = mock.patch("coffer.place.SYSTEM_SOCKET", path)
        patched.start()
        self.addCleanup(patched.stop)

    def unreachable(self):
        with self.assertRaises(coffer.Unavailable) as raised:
            coffer.connect()
        return raised.exception.text

    def test_H_what_was_named_is_not_replaced_by_the_systems_daemon(self):
        instance = f"{self.home.name}/.company-agents/instances/default"
        with FakeDaemon() as system:
            self.system(system.path)
            self.assertEqual(coffer.default_socket(), system.path)
            os.environ["COMPANY_AGENTS_HOME"] = "/named"
            self.assertIn("/named/coffer.sock (No such file", self.unreachable())
            os.environ["COFFER_SOCKET"] = "/named/s"
            self.assertIn("/named/s (No such file", self.unreachable())
            del os.environ["COFFER_SOCKET"], os.environ["COMPANY_AGENTS_HOME"]
            os.makedirs(instance)
            self.assertIn(f"{instance}/coffer.sock (No such file", self.unreachable())
            self.assertEqual(system.connections, 0)

    def test_H_a_home_laid_out_the_old_way_is_told_about(self):
        old = f"{self.home.name}/instances/default"
        os.makedirs(old)
        open(f"{old}/coffer.sock", "wb").close()
        os.environ["COMPANY_AGENTS_HOME"] = self.home.name
        self.assertIn(f"{old}/coffer.sock exists: COMPANY_AGENTS_HOME is", self.unreachable())

    def test_H_the_error_lists_every_path(self):
        self.system("/nonexistent/coffer.sock")
        own = f"{self.home.name}/.company-agents/instances/default/coffer.sock"
        self.assertIn(f"{own} (no such instance), /nonexistent/coffer.sock (No such file or "
                      "directory): start cofferd", self.unreachable())

    def test_H_a_user_without_a_home_gets_an_error_of_the_clients(self):
        self.system("/nonexistent/coffer.sock")
        for home in (None, ""):
            os.environ.pop("HOME", None)
            if home is not None:
                os.environ["HOME"] = home
            with mock.patch("pwd.getpwuid", side_effect=KeyError):
                self.assertIn("/nonexistent/coffer.sock", self.unreachable())

    def test_H_an_error_names_the_socket_of_the_daemon_that_refused(self):
        with FakeDaemon(answering(integration_fetch=(21, "not_found"))) as daemon, \
                coffer.connect(daemon.path) as client:
            self.assertEqual(client.socket, daemon.path)
            with self.assertRaises(coffer.NotFound) as raised:
                client.fetch("cmp_a", "slack")
            self.assertEqual(raised.exception.socket, daemon.path)
            self.assertIn(daemon.path, str(raised.exception))

    def test_H_what_is_no_path_or_timeout_is_an_error_of_the_clients(self):
        for path in ("/" + "x" * 107, "/a\0b", "/\ud800", 7):
            with self.subTest(path), self.assertRaises(coffer.InvalidField):
                coffer.connect(path)
        with self.assertRaises(coffer.InvalidField) as raised:
            coffer.connect("/" + "x" * 107)
        self.assertIn("108 bytes, and the kernel takes 107", raised.exception.text)
        for timeout in (0, -1, "5", 1e300, float("nan")):
            with self.subTest(timeout), self.assertRaises(coffer.InvalidField):
                coffer.connect("/s", timeout)

    def test_H_who_may_not_open_the_socket_is_told_which_group_to_join(self):
        need_root(self)
        program = "import coffer, sys\ntry: coffer.connect(sys.argv[1])\n" \
                  "except coffer.Unavailable as error: print(error.text)"
        shim = pathlib.Path(coffer.__file__).parents[1]
        with FakeDaemon() as daemon:
            os.chmod(daemon.folder.name, 0o711)
            for owner, mode, said in (
                    ((0, 3), 0o660, f"{daemon.path}: join the group sys, and log in again"),
                    ((0, 3), 0o600, f"{daemon.path}: only root (uid 0) may")):
                os.chown(daemon.path, *owner)
                os.chmod(daemon.path, mode)
                done = subprocess.run(
                    ["setpriv", "--reuid", str(STRANGER), "--regid", str(STRANGER),
                     "--clear-groups", sys.executable, "-c", program, daemon.path], text=True,
                    env=clean_environment(PYTHONPATH=shim, PYTHONDONTWRITEBYTECODE=1),
                    capture_output=True, check=True)
                self.assertIn(said, done.stdout)
                self.assertIn("uid 12345 may not open", done.stdout)


class OneDeadline(unittest.TestCase):
    """F: a call ends in time, however many steps it takes; the clock is the test's."""

    def clock(self, step):
        """Each look at the clock takes `step` seconds."""
        ticks = itertools.count(0, step)
        return mock.patch("coffer.deadline.time.monotonic", lambda: next(ticks))

    def test_F_connecting_and_greeting_share_it(self):
        def one_by_one(connection):
            connection.send(hello(connection.request()), one_by_one=True)

        with FakeDaemon(lambda c: c.send(hello(c.request()))) as daemon, self.clock(1):
            coffer.connect(daemon.path, timeout=5).close()
        with FakeDaemon(lambda c: c.greet()) as daemon, self.clock(1):
            self.assertRaises(coffer.Timeout, coffer.connect, daemon.path, timeout=3)

    def test_F_a_reconnect_and_its_request_share_it(self):
        def once(connection):
            connection.greet().send(fetched(connection.request()))

        with FakeDaemon(once, answer_fetches) as daemon, \
                coffer.connect(daemon.path, timeout=8) as client:
            client.fetch("cmp_a", "slack")
            with self.clock(1):
                self.assertRaises(coffer.Timeout, client.fetch, "cmp_a", "slack")

    def test_F_waiting_for_another_threads_call_counts(self):
        with FakeDaemon(answer_fetches) as daemon, \
                coffer.connect(daemon.path, timeout=0.05) as client, client._line.lock:
            with self.assertRaises(coffer.Timeout) as raised:
                client.fetch("cmp_a", "slack")
            self.assertIn("another thread", raised.exception.text)


if __name__ == "__main__":
    unittest.main()
