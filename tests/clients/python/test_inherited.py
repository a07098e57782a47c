"""R3: what COFFER_FD or COFFER_TICKET_FD hands over is taken, for all clients, or nothing is."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import coffer
from coffer import inherited
from fake_daemon import FakeDaemon, answering, error, reply
from test_client import answer_fetches
from test_narrowed import AUTHORITY, FETCHED, narrowed

SILENT = 0.05  # seconds to wait for what does not come


class Inheriting(unittest.TestCase):
    """A process that has taken nothing yet, whose default socket is a fake daemon's."""

    def inherit(self, daemon, **variables):
        """Sets the environment for the rest of the test."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        stack.enter_context(mock.patch.object(inherited, "_taken", None))
        stack.enter_context(mock.patch.object(inherited, "_line", None))
        stack.callback(self.hang_up)
        stack.enter_context(mock.patch.dict(os.environ, COFFER_SOCKET=daemon.path, **variables))

    def hang_up(self):
        """What the end of the process does with a connection that was taken."""
        if inherited._line is not None:
            inherited._line.drop()

    def start(self, *scripts):
        daemon = FakeDaemon(*scripts)
        self.addCleanup(daemon.__exit__)
        return daemon

    def assert_no_other_way(self, daemon, connections=0):
        """Nothing is left to be taken, and connect() does not fall back."""
        self.assertNotIn("COFFER_FD", os.environ)
        self.assertNotIn("COFFER_TICKET_FD", os.environ)
        self.assertRaises(coffer.Unavailable, coffer.connect)
        self.assertEqual(daemon.connections, connections)

    def enter(self, context):
        """A context manager's value, for the rest of the test."""
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def pipe_with(self, data):
        """The reading end of a pipe that holds `data` and ends."""
        source, sink = os.pipe()
        os.write(sink, data)
        os.close(sink)
        return source

    def assert_closed(self, fd):
        self.assertRaises(OSError, os.fstat, fd)


class TakingAConnection(Inheriting):
    """COFFER_FD."""

    def test_R3_later_clients_share_what_the_first_one_took(self):
        script = answering(narrow=AUTHORITY, ping={}, integration_fetch=FETCHED)
        daemon = self.start(script, answer_fetches)
        fd = coffer.narrowed("cmp_a", "run_7", path=daemon.path).detach_fd()
        self.inherit(daemon, COFFER_FD=str(fd))
        for _ in range(3):
            with coffer.connect() as client:
                self.assertEqual(client.fetch("cmp_a", "slack").freshness, "pinned")
                self.assertTrue(client.narrowed)
        with coffer.connect() as one, coffer.connect() as other:
            one.close()
            self.assertEqual(other.fetch("cmp_a", "slack").freshness, "pinned")
            self.assertEqual(one.fetch("cmp_a", "slack").freshness, "pinned")
        self.assertEqual(daemon.connections, 1)
        os.fstat(fd)

    def test_R3_what_one_client_hands_on_is_gone_for_all(self):
        daemon = self.start(answering(narrow=AUTHORITY, ping={}), answer_fetches)
        fd = coffer.narrowed("cmp_a", "run_7", path=daemon.path).detach_fd()
        self.inherit(daemon, COFFER_FD=str(fd))
        with coffer.connect() as one, coffer.connect() as other:
            self.assertEqual(one.detach_fd(), fd)
            self.assertRaises(coffer.Unavailable, other.fetch, "cmp_a", "slack")
            self.assert_no_other_way(daemon, connections=1)
        os.close(fd)

    def test_R3_it_goes_on_without_a_greeting(self):
        script = answering(narrow=AUTHORITY, ping={}, integration_fetch=FETCHED)
        daemon = self.start(script, answer_fetches)
        fd = coffer.narrowed("cmp_a", "run_7", path=daemon.path).detach_fd()
        os.set_inheritable(fd, True)
        self.inherit(daemon, COFFER_FD=str(fd), COFFER_TICKET_FD="never read")
        with coffer.connect() as client:
            self.assertEqual(client.fetch("cmp_a", "slack").freshness, "pinned")
            self.assertEqual((client.narrowed, client.authority), (True, None))
            self.assertFalse(os.get_inheritable(fd))
            self.assertNotIn("COFFER_FD", os.environ)
            self.assertEqual([name for name, _ in script.asked],
                             ["narrow", "ping", "integration_fetch"])
        self.assertEqual(daemon.connections, 1)

    def test_R3_a_named_socket_is_this_processs_own_choice(self):
        daemon = self.start(answer_fetches)
        self.inherit(daemon, COFFER_FD="not looked at")
        with coffer.connect(daemon.path) as client:
            self.assertFalse(client.narrowed)
        self.assertEqual(os.environ["COFFER_FD"], "not looked at")

    def test_R3_it_can_be_handed_on(self):
        daemon = self.start(answering(narrow=AUTHORITY, ping={}), answer_fetches)
        fd = coffer.narrowed("cmp_a", "run_7", path=daemon.path).detach_fd()
        self.inherit(daemon, COFFER_FD=str(fd))
        with coffer.connect() as client:
            self.assertEqual(client.handover()["env"]["COFFER_FD"], str(fd))

    def test_R3_a_broken_one_is_not_replaced(self):
        def last(connection):
            narrowed(connection).send(reply("ping", connection.request()))

        daemon = self.start(last, answer_fetches)
        fd = coffer.narrowed("cmp_a", "run_7", path=daemon.path).detach_fd()
        self.inherit(daemon, COFFER_FD=str(fd))
        with coffer.connect() as client:
            for _ in range(2):
                with self.assertRaises(coffer.Unavailable) as raised:
                    client.fetch("cmp_a", "slack")
                self.assertIn("narrowed", raised.exception.text)
        self.assert_no_other_way(daemon, connections=1)

    def test_R3_one_whose_daemon_is_gone(self):
        daemon = self.start(narrowed, answer_fetches)
        fd = coffer.narrowed("cmp_a", "run_7", path=daemon.path).detach_fd()
        self.inherit(daemon, COFFER_FD=str(fd))
        self.assertRaises(coffer.Unavailable, coffer.connect)
        self.assert_closed(fd)
        self.assert_no_other_way(daemon, connections=1)

    def test_R3_one_that_nobody_greeted_has_the_parents_authority_and_is_refused(self):
        def ungreeted(connection):
            connection.send(error(0x02, connection.request(), 11, "hello_expected"))

        daemon = self.start(ungreeted, answer_fetches)
        parent = socket.socket(socket.AF_UNIX)
        parent.connect(daemon.path)
        fd = parent.detach()
        self.inherit(daemon, COFFER_FD=str(fd))
        with self.assertRaises(coffer.InvalidField) as raised:
            coffer.connect()
        self.assertIn("not narrowed", raised.exception.text)
        self.assert_closed(fd)
        self.assert_no_other_way(daemon, connections=1)

    def test_R3_what_is_no_number_is_an_error_and_not_shown(self):
        for text in ("", " 5", "5 ", "-1", "0x5", "5.0", "five", "1" * 10, "\u0665", "ctkt_canary"):
            for variable in ("COFFER_FD", "COFFER_TICKET_FD"):
                with self.subTest(f"{variable}={text}"):
                    daemon = self.start(answer_fetches)
                    self.inherit(daemon, **{variable: text})
                    with self.assertRaises(coffer.InvalidField) as raised:
                        coffer.connect()
                    self.assertIn(variable, raised.exception.text)
                    self.assertNotIn("canary", repr(raised.exception))
                    self.assert_no_other_way(daemon)

    def test_R3_other_descriptors_are_refused_and_left_alone(self):
        listening = socket.socket(socket.AF_UNIX)
        folder = self.enter(tempfile.TemporaryDirectory())
        listening.bind(os.path.join(folder, "s"))
        listening.listen()
        datagrams, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(other.close)
        door = self.enter(socket.create_server(("127.0.0.1", 0)))
        for found in (listening, datagrams, socket.socket(socket.AF_UNIX),
                      socket.create_connection(door.getsockname()), tempfile.TemporaryFile()):
            fd = self.enter(found).fileno()
            with self.subTest(repr(found)):
                daemon = self.start(answer_fetches)
                self.inherit(daemon, COFFER_FD=str(fd))
                with self.assertRaises(coffer.InvalidField) as raised:
                    coffer.connect()
                self.assertIn(f"descriptor {fd}, named by COFFER_FD", raised.exception.text)
                os.fstat(fd)
                self.assert_no_other_way(daemon)

    def test_R3_a_closed_descriptor_is_refused(self):
        daemon = self.start(answer_fetches)
        self.inherit(daemon, COFFER_FD="999999999")
        self.assertRaises(coffer.InvalidField, coffer.connect)
        self.assert_no_other_way(daemon)


class TakingATicket(Inheriting):
    """COFFER_TICKET_FD."""

    def redeem(self, fd, **options):
        """The ticket that the daemon is shown when `fd` is read."""
        source = os.fstat(fd)
        script = answering(ticket_redeem=AUTHORITY, integration_fetch=FETCHED)
        daemon = self.start(script, answer_fetches)
        self.inherit(daemon, COFFER_TICKET_FD=str(fd))
        with coffer.connect(**options) as client:
            self.assertEqual(client.authority, coffer.Authority(**AUTHORITY))
            self.assertEqual(client.fetch("cmp_a", "slack").freshness, "pinned")
        with contextlib.suppress(OSError):  # the connection may have its number now
            self.assertFalse(os.path.samestat(source, os.fstat(fd)))
        with coffer.connect() as client:
            self.assertEqual(client.authority, coffer.Authority(**AUTHORITY))
        self.assertEqual(daemon.connections, 1)
        return script.asked[0][1]["ticket"]

    def refuse(self, fd, kind=coffer.InvalidField, **options):
        """Asserts that what `fd` holds is refused, and nothing else tried."""
        daemon = self.start(answer_fetches)
        self.inherit(daemon, COFFER_TICKET_FD=str(fd))
        with self.assertRaises(kind) as raised:
            coffer.connect(**options)
        self.assertIn("COFFER_TICKET_FD", raised.exception.text)
        self.assertNotIn("canary", repr(raised.exception))
        self.assert_no_other_way(daemon)

    def test_R3_a_ticket_is_read_to_the_end(self):
        self.assertEqual(self.redeem(self.pipe_with(b"ctkt_1")), b"ctkt_1")

    def test_R3_a_ticket_is_read_to_the_end_of_its_line(self):
        self.assertEqual(self.redeem(self.pipe_with(b"ctkt_1\nmore")), b"ctkt_1")

    def test_R3_a_line_is_enough_while_its_writer_stays(self):
        source, sink = os.pipe()
        os.write(sink, b"ctkt_1\n")
        self.assertEqual(self.redeem(source), b"ctkt_1")
        os.close(sink)

    def test_R3_a_ticket_out_of_a_file(self):
        fd = os.memfd_create("ticket")
        os.write(fd, b"ctkt_1")
        os.lseek(fd, 0, os.SEEK_SET)
        self.assertEqual(self.redeem(fd), b"ctkt_1")

    def test_R3_a_ticket_by_its_own_pipe(self):
        pipe = coffer.Ticket(b"ctkt_1", 12).pipe()
        fd = os.dup(pipe.fileno())
        pipe.close()
        self.assertEqual(self.redeem(fd), b"ctkt_1")

    def test_R3_a_ticket_on_standard_input_leaves_an_empty_one(self):
        daemon = self.start(answering(ticket_redeem=AUTHORITY))
        program = "import coffer, os\nwith coffer.connect(): print(os.readlink('/proc/self/fd/0'))"
        with open(self.pipe_with(b"ctkt_1"), "rb") as pipe:
            said = subprocess.run([sys.executable, "-c", program], stdin=pipe, check=True,
                                  stdout=subprocess.PIPE, timeout=60, env={
                                      **os.environ, "COFFER_SOCKET": daemon.path,
                                      "COFFER_TICKET_FD": "0"})
        self.assertEqual(said.stdout, b"/dev/null\n")

    def test_R3_what_is_no_ticket_is_refused_and_closed(self):
        for data in (b"", b"\n", b"canary" * 200):
            with self.subTest(data[:8]):
                fd = self.pipe_with(data)
                self.refuse(fd)
                self.assert_closed(fd)

    def test_R3_a_descriptor_that_cannot_be_read_is_refused(self):
        self.refuse(os.open(os.devnull, os.O_WRONLY))
        self.refuse(os.open("/", os.O_RDONLY))
        self.refuse(999999999)

    def test_R3_a_writer_that_writes_nothing_is_not_waited_for_for_ever(self):
        source, sink = os.pipe()
        self.refuse(source, coffer.Timeout, timeout=SILENT)
        os.close(sink)

    def test_R3_a_refused_ticket_does_not_end_in_more_authority(self):
        script = answering(ticket_redeem=(27, "invalid_ticket"))
        daemon = self.start(script, answer_fetches)
        self.inherit(daemon, COFFER_TICKET_FD=str(self.pipe_with(b"ctkt_1")))
        self.assertRaises(coffer.InvalidTicket, coffer.connect)
        self.assert_no_other_way(daemon, connections=1)

    def test_R3_a_lost_answer_does_not_end_in_more_authority(self):
        def losing(connection):
            connection.greet().request()

        daemon = self.start(losing, answer_fetches)
        self.inherit(daemon, COFFER_TICKET_FD=str(self.pipe_with(b"ctkt_1")))
        self.assertRaises(coffer.Unavailable, coffer.connect)
        self.assert_no_other_way(daemon, connections=1)

    def test_R3_its_bytes_are_wiped(self):
        made = []

        class Watched(bytearray):
            def __init__(self, *arguments):
                super().__init__(*arguments)
                made.append((self, bytes(self)))

        with mock.patch("coffer.inherited.bytearray", Watched, create=True):
            self.redeem(self.pipe_with(b"ctkt_canary"))
        self.assertIn(b"ctkt_canary", [first for _, first in made])
        self.assertEqual([b"canary" in now for now, _ in made], [False] * len(made))


if __name__ == "__main__":
    unittest.main()
