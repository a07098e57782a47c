"""R3: a narrowed client never falls back to its process's own authority; it can be handed over."""

import os
import signal
import subprocess
import sys
import unittest
from unittest import mock

import coffer
from fake_daemon import FakeDaemon, answering, error, fetched, reply
from test_client import answer_fetches

AUTHORITY = {"company": "cmp_a", "agent": "agt_a", "run": "run_7", "ends_at": 6}
FETCHED = {"value": b"xoxb-1", "version": 1, "freshness": "pinned"}


def narrowed(connection):
    """A daemon that greets and narrows."""
    connection.greet().send(reply("narrow", connection.request(), **AUTHORITY))
    return connection


class NoOtherConnection(unittest.TestCase):
    """Whatever ends the connection of a narrowed client, it opens no other."""

    def assert_ends(self, script, end=lambda client: None, kind=coffer.Unavailable, **options):
        """After `script` and `end`, a fetch raises `kind`; every further one Unavailable."""
        with FakeDaemon(script, answer_fetches) as daemon, \
                coffer.connect(daemon.path, **options) as client:
            client.narrow("cmp_a", "run_7")
            end(client)
            with self.assertRaises(kind) as raised:
                client.fetch("cmp_a", "slack")
            for _ in range(2):
                with self.assertRaises(coffer.Unavailable) as again:
                    client.fetch("cmp_a", "slack")
                self.assertIn("narrowed", again.exception.text)
            self.assertEqual(daemon.connections, 1)
        return raised.exception

    def test_R3_after_a_broken_idle_connection(self):
        raised = self.assert_ends(narrowed)
        self.assertIn("narrowed", raised.text)
        self.assertIn("own authority", raised.text)

    def test_R3_after_close(self):
        self.assert_ends(lambda c: narrowed(c).until_closed(), lambda client: client.close())

    def test_R3_after_a_farewell(self):
        def farewell(connection):
            narrowed(connection).request()
            connection.send(error(0, 0, 34, "shutting_down"))

        raised = self.assert_ends(farewell)
        self.assertEqual(raised.name, "shutting_down")
        self.assertIn("was not carried out", raised.text)

    def test_R3_after_a_farewell_behind_a_reply(self):
        def last(connection):
            narrowed(connection)
            connection.send(fetched(connection.request()) + error(0, 0, 34, "shutting_down"))

        self.assert_ends(last, lambda client: client.fetch("cmp_a", "slack"))

    def test_R3_after_an_error_that_closes(self):
        def refusing(connection):
            narrowed(connection)
            connection.send(error(0x15, connection.request(), 33, "timed_out"))

        self.assert_ends(refusing, kind=coffer.Timeout)

    def test_R3_after_no_answer_in_time(self):
        self.assert_ends(lambda c: narrowed(c).until_closed(), kind=coffer.Timeout, timeout=0.05)

    def test_R3_after_a_reply_that_is_none(self):
        def garbage(connection):
            narrowed(connection)
            connection.send(fetched(connection.request() + 1))

        self.assert_ends(garbage, kind=coffer.ProtocolError)

    def test_R3_after_a_ticket_too(self):
        def redeeming(connection):
            connection.greet().send(reply("ticket_redeem", connection.request(), **AUTHORITY))

        with FakeDaemon(redeeming, answer_fetches) as daemon, \
                coffer.connect(daemon.path) as client:
            client.ticket_redeem("ctkt_1")
            self.assertRaises(coffer.Unavailable, client.fetch, "cmp_a", "slack")
            self.assertEqual(daemon.connections, 1)

    def test_R3_in_a_forked_child(self):
        script = answering(narrow=AUTHORITY, integration_fetch=FETCHED)
        with FakeDaemon(script, answer_fetches) as daemon, coffer.connect(daemon.path) as client:
            client.narrow("cmp_a", "run_7")
            child = os.fork()
            if child == 0:
                signal.alarm(10)  # a child that hangs has failed
                try:
                    client.fetch("cmp_a", "slack")
                except coffer.Unavailable:
                    os._exit(0)
                finally:
                    os._exit(1)
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")
            self.assertEqual(daemon.connections, 1)


class Narrowing(unittest.TestCase):
    """What narrows, and what does not."""

    def test_R3_a_connection_found_broken_is_replaced_before_it_is_narrowed(self):
        script = answering(narrow=AUTHORITY, integration_fetch=FETCHED)
        with FakeDaemon(lambda c: c.greet(), script) as daemon, \
                coffer.connect(daemon.path) as client:
            client.narrow("cmp_a", "run_7")
            client.fetch("cmp_a", "slack")
            self.assertEqual(daemon.connections, 2)

    def test_R3_a_refusal_does_not_narrow(self):
        script = answering(narrow=(26, "run_ended"), ticket_redeem=(27, "invalid_ticket"))
        with FakeDaemon(script) as daemon, coffer.connect(daemon.path) as client:
            self.assertRaises(coffer.RunEnded, client.narrow, "cmp_a", "run_7")
            self.assertRaises(coffer.InvalidTicket, client.ticket_redeem, "ctkt_1")
            self.assertEqual((client.narrowed, client.authority), (False, None))

    def test_R3_narrowed_opens_a_connection_and_closes_it_when_refused(self):
        with FakeDaemon(answering(narrow=AUTHORITY)) as daemon:
            with coffer.narrowed("cmp_a", "run_7", path=daemon.path) as client:
                self.assertEqual(client.authority, coffer.Authority(**AUTHORITY))
        closing = mock.patch.object(coffer.Client, "close", autospec=True,
                                    side_effect=coffer.Client.close)
        with FakeDaemon(answering(narrow=(26, "run_ended"))) as daemon, closing as closed:
            self.assertRaises(coffer.RunEnded, coffer.narrowed, "cmp_a", "run_7", path=daemon.path)
            closed.assert_called_once()


class HandingOver(unittest.TestCase):
    """Whose the descriptor is."""

    def client(self):
        """A narrowed client of a fake daemon that fetches."""
        daemon = FakeDaemon(answering(narrow=AUTHORITY, integration_fetch=FETCHED, ping={}),
                            answer_fetches)
        self.addCleanup(daemon.__exit__)
        client = coffer.narrowed("cmp_a", "run_7", path=daemon.path)
        self.addCleanup(client.close)
        return client

    def test_R3_the_processs_own_authority_is_not_handed_over(self):
        with FakeDaemon(answer_fetches) as daemon, coffer.connect(daemon.path) as client:
            self.assertRaises(coffer.InvalidField, client.handover)
            self.assertRaises(coffer.InvalidField, client.detach_fd)
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")

    def test_R3_a_handed_over_client_cannot_ask_and_keeps_its_descriptor_until_closed(self):
        client = self.client()
        (fd,) = client.handover()["pass_fds"]
        self.assertRaises(coffer.Unavailable, client.fetch, "cmp_a", "slack")
        self.assertRaises(coffer.Unavailable, client.handover)
        self.assertRaises(coffer.Unavailable, client.detach_fd)
        self.assertTrue(os.get_blocking(fd))
        self.assertFalse(os.get_inheritable(fd))
        client.close()
        self.assertRaises(OSError, os.fstat, fd)
        self.assertRaises(coffer.Unavailable, client.fetch, "cmp_a", "slack")

    def test_R3_what_the_caller_gives_goes_along(self):
        given = {"A": "1", "COFFER_FD": "99", "COFFER_TICKET_FD": "98"}
        options = self.client().handover(env=given, pass_fds=[7])
        fd = options["pass_fds"][-1]
        self.assertEqual(options, {"env": {"A": "1", "COFFER_FD": str(fd)}, "pass_fds": (7, fd)})
        self.assertEqual(given["COFFER_FD"], "99")

    def test_R3_the_environment_is_the_parents_unless_given(self):
        environment = self.client().handover()["env"]
        self.assertEqual(environment, {**os.environ, "COFFER_FD": environment["COFFER_FD"]})

    def test_R3_a_detached_descriptor_is_the_callers(self):
        client = self.client()
        fd = client.detach_fd()
        client.close()
        self.assertTrue(os.get_blocking(fd))
        self.assertFalse(os.get_inheritable(fd))
        os.close(fd)
        self.assertRaises(coffer.Unavailable, client.fetch, "cmp_a", "slack")

    def test_R3_a_child_goes_on_with_it(self):
        program = "import coffer\nprint(coffer.connect().fetch('cmp_a', 'slack').freshness)"
        with self.client() as client, subprocess.Popen(
                [sys.executable, "-c", program], stdout=subprocess.PIPE,
                **client.handover()) as child:
            client.close()
            self.assertEqual(child.communicate(timeout=60)[0], b"pinned\n")
            self.assertEqual(child.returncode, 0)


if __name__ == "__main__":
    unittest.main()
