"""The socket's file is watched: a daemon that no client can find makes it again, or ends."""

import os
import shutil
import socket
import unittest

from daemon import Daemon, eventually


class SocketFile(unittest.TestCase):
    """Somebody else removes or replaces it."""

    def start(self):
        daemon = Daemon()
        self.addCleanup(daemon.close)
        self.before = daemon.connect()
        self.addCleanup(self.before.close)
        self.before.set("cmp_a", "slack", "xoxb-1")
        return daemon

    def assert_made_again(self, daemon):
        eventually(lambda: daemon.lines("socket_renewed"), "the socket is made again")
        with daemon.connect() as client:
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")
        self.assertEqual(self.before.fetch("cmp_a", "slack").reveal(), "xoxb-1")

    def test_a_removed_one_is_made_again(self):
        daemon = self.start()
        for _ in range(2):
            known = len(daemon.lines("socket_renewed"))
            os.unlink(daemon.socket)
            eventually(lambda: len(daemon.lines("socket_renewed")) > known, "it is made again")
            self.assert_made_again(daemon)
        self.assertEqual(daemon.stop(), 0)
        self.assertFalse(os.path.exists(daemon.socket))

    def test_a_renamed_folder_is_made_again(self):
        daemon = Daemon(start=False)
        self.addCleanup(daemon.close)
        folder = daemon.home / "run"
        folder.mkdir(mode=0o700)
        daemon.socket = str(folder / "coffer.sock")
        daemon.flags += ["--socket", daemon.socket]
        daemon.start("--create-key")
        self.before = daemon.connect()
        self.addCleanup(self.before.close)
        self.before.set("cmp_a", "slack", "xoxb-1")
        shutil.move(folder, daemon.home / "elsewhere")
        self.assert_made_again(daemon)

    def test_a_stale_socket_in_its_place_is_replaced(self):
        daemon = self.start()
        os.unlink(daemon.socket)
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(daemon.socket)
        self.assert_made_again(daemon)

    def test_another_server_in_its_place_ends_the_daemon(self):
        daemon = self.start()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(daemon.socket + ".new")
            other.listen()
            os.rename(daemon.socket + ".new", daemon.socket)
            self.assertEqual(daemon.wait(), 75)
            self.assertTrue(os.path.exists(daemon.socket))
        self.assertEqual(len(daemon.lines("socket_lost", "served by another daemon")), 1)

    def test_a_file_in_its_place_ends_the_daemon(self):
        daemon = self.start()
        os.unlink(daemon.socket)
        with open(daemon.socket, "w", encoding="utf-8"):
            pass
        self.assertEqual(daemon.wait(), 78)
        self.assertEqual(len(daemon.lines("socket_lost")), 1)


if __name__ == "__main__":
    unittest.main()
