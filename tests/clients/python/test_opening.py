"""C1: where the client finds the daemon, and who may share the connection: threads and forks."""

import os
import signal
import socket
import tempfile
import threading
import time
import unittest
from unittest import mock

import coffer
from fake_daemon import Connection, FakeDaemon, fetched
from test_client import answer_fetches


class Processes(unittest.TestCase):
    """Forks and threads share a client without harm."""

    def fetch_in_child(self, client):
        child = os.fork()
        if child == 0:
            signal.alarm(10)  # a child that hangs has failed
            try:
                os._exit(0 if client.fetch("cmp_a", "slack").reveal() == "xoxb-1" else 1)
            finally:
                os._exit(2)
        return os.waitpid(child, 0)[1]

    def test_a_forked_child_has_a_connection_of_its_own(self):
        replied = threading.Event()

        def parents(connection):
            connection.greet()
            number = connection.request()
            replied.wait(20)
            connection.send(fetched(number))
            connection.peer.close()

        def childs(connection):
            connection.greet().send(fetched(connection.request()))

        def both(connection):  # the parent's is served while the child's is: one door, two threads
            other = threading.Thread(target=parents, args=(Connection(connection.peer.dup()),))
            other.start()

        with FakeDaemon(both, childs) as daemon, coffer.connect(daemon.path) as client:
            under_way = threading.Thread(target=client.fetch, args=("cmp_a", "slack"))
            under_way.start()
            until = time.monotonic() + 20
            while not client._line.lock.locked() and time.monotonic() < until:
                time.sleep(0.001)
            self.assertTrue(client._line.lock.locked())
            self.assertEqual(self.fetch_in_child(client), 0)
            replied.set()
            under_way.join(20)
            self.assertFalse(under_way.is_alive())
            self.assertEqual(daemon.connections, 2)

    def test_threads_take_turns(self):
        with FakeDaemon(answer_fetches) as daemon, coffer.connect(daemon.path) as client:
            values = []
            threads = [threading.Thread(target=lambda: values.extend(
                client.fetch("cmp_a", "slack").reveal() for _ in range(50))) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
            self.assertEqual((values, daemon.connections), (["xoxb-1"] * 200, 1))


class Opening(unittest.TestCase):
    """Which socket, and what is said when it does not answer."""

    def test_no_daemon_says_what_to_do(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s")
            with self.assertRaises(coffer.Unavailable) as raised:
                coffer.connect(path)
            for word in (path, "cofferd", "COFFER_SOCKET"):
                self.assertIn(word, raised.exception.text)

    def test_a_full_backlog_is_waited_for(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as door, \
                socket.socket(socket.AF_UNIX) as first:
            door.bind(os.path.join(folder, "s"))
            door.listen(0)
            first.connect(door.getsockname())
            with self.assertRaises(coffer.Timeout):
                coffer.connect(door.getsockname(), timeout=0.05)

    def test_where_the_socket_is(self):
        with tempfile.TemporaryDirectory() as home, mock.patch.dict(os.environ, HOME=home):
            for name in ("COMPANY_AGENTS_HOME", "COFFER_SOCKET"):
                os.environ.pop(name, None)
            instance = os.path.join(home, ".company-agents", "instances", "default")
            self.assertEqual(coffer.default_socket(), "/run/coffer/coffer.sock")
            os.makedirs(instance)
            self.assertEqual(coffer.default_socket(), instance + "/coffer.sock")
            os.environ["COMPANY_AGENTS_HOME"] = "/named"
            self.assertEqual(coffer.default_socket(), "/named/coffer.sock")
            os.environ["COFFER_SOCKET"] = "/elsewhere"
            self.assertEqual(coffer.default_socket(), "/elsewhere")


if __name__ == "__main__":
    unittest.main()
