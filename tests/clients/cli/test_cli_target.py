"""H: which daemon a command acts on; G: who must serve it; F: one deadline for a call."""

import os
import tempfile
import time
import unittest

from cli_case import CliCase
from daemon import need_root
from fake_daemon import FakeDaemon, answering, hello, reply

STRANGER = 12345
RECORD = {"integration": "slack", "provider": "slack", "label": "", "status": "connected",
          "scopes": "", "version": 2, "created_at": 1, "rotated_at": 2}
SENDING = (("integration", "set", "cmp_a", "slack"), ("integration", "rotate", "cmp_a", "slack"),
           ("agent", "validate", "cmp_a", "agt_a"))


class Target(CliCase):
    """The socket that was named, and no other."""

    def test_H_a_named_home_is_the_only_one_that_is_tried(self):
        with tempfile.TemporaryDirectory() as home:
            done = self.run_raw("integration", "delete", "cmp_a", "slack", "--yes", socket="",
                                COMPANY_AGENTS_HOME=home, HOME=home)
            self.assertEqual(done.returncode, 69, done.stderr)
            self.assertIn(f"the daemon at {home}/coffer.sock (No such file".encode(), done.stderr)

    def test_H_a_stopped_daemon_of_the_users_own_is_not_replaced(self):
        with tempfile.TemporaryDirectory() as home:
            instance = f"{home}/.company-agents/instances/default"
            os.makedirs(instance)
            done = self.run_raw("ping", socket="", HOME=home)
            self.assertEqual(done.returncode, 69)
            self.assertIn(f"{instance}/coffer.sock (No such file".encode(), done.stderr)
            self.assertNotIn(b"/run/coffer", done.stderr)

    def test_H_a_path_that_is_too_long_is_explained(self):
        self.assertIn(b"has 108 bytes, and the kernel takes 107",
                      self.run_raw("ping", socket="/" + "x" * 107).stderr)

    def test_H_status_and_errors_name_the_socket(self):
        socket = self.daemon.socket
        self.assertEqual(self.json("status")["socket"], socket)
        self.assertRegex(self.run_cli("status").decode(), f"socket +{socket}\n")
        done = self.run_raw("integration", "show", "cmp_a", "none")
        self.assertIn(f"(the daemon at {socket})".encode(), done.stderr)

    def test_H_prompts_of_what_cannot_be_undone_name_the_socket(self):
        self.run_cli("integration", "set", "cmp_a", "slack", value=b"v")
        self.run_cli("agent", "issue", "cmp_a", "agt_a", "--scope", "memory:read")
        at = f"at {self.daemon.socket}".encode()
        code, shown = self.in_terminal("integration", "delete", "cmp_a", "slack", typed=b"n\n",
                                       until=b"[y/N]")
        self.assertEqual(code, 64)
        self.assertIn(b"Delete slack of cmp_a " + at + b"?", shown)
        code, shown = self.in_terminal("agent", "revoke", "cmp_a", "agt_a", typed=b"n\n",
                                       until=b"[y/N]")
        self.assertEqual(code, 64)
        self.assertIn(b"Revoke all tokens of agt_a of cmp_a " + at + b"?", shown)
        code, shown = self.in_terminal("integration", "rotate", "cmp_a", "slack", "--now",
                                       typed=b"w\n", until=b"(hidden)")
        self.assertEqual(code, 0)
        self.assertIn(b"Live runs lose their version of slack of cmp_a " + at, shown)
        self.assertEqual(self.json("agent", "list", "cmp_a")[0]["revoked_at"], None)
        code, shown = self.in_terminal("agent", "revoke", "cmp_a", "agt_a", "--yes")
        self.assertEqual((code, shown), (0, b"revoked 1 token of agt_a\r\n"))

    def test_G_a_stranger_who_serves_the_socket_gets_no_secret(self):
        need_root(self)
        for words in SENDING:
            script = answering(integration_set=RECORD, integration_rotate=RECORD)
            with FakeDaemon(script, uid=STRANGER) as daemon:
                done = self.run_raw(*words, socket=daemon.path, value=b"v")
            self.assertEqual((done.returncode, script.asked), (77, []), done.stderr)
            self.assertIn(b"is served by uid 12345", done.stderr)

    def test_G_a_user_who_was_named_gets_it(self):
        need_root(self)
        for words, variables in ((("--server-user", str(STRANGER)), {}),
                                 ((), {"COFFER_SERVER_UID": str(STRANGER)})):
            with FakeDaemon(answering(integration_set=RECORD), uid=STRANGER) as daemon:
                done = self.run_raw(*words, *SENDING[0], socket=daemon.path, value=b"v",
                                    **variables)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.run_cli("--server-user", "root", "ping")
        self.run_cli("--server-user", "no-such-user", "ping", code=64)

    def test_F_the_timeout_is_for_connecting_and_the_answer_together(self):
        def slow(connection):
            number = connection.request()
            time.sleep(0.6)  # of the one second that the call has
            connection.send(hello(number))
            number = connection.request()
            time.sleep(0.6)
            connection.send(reply("ping", number))

        with FakeDaemon(slow) as daemon:
            done = self.run_raw("--timeout", "1", "ping", socket=daemon.path)
        self.assertEqual(done.returncode, 75, done.stderr)


if __name__ == "__main__":
    unittest.main()
