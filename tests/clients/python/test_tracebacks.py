"""G: no frame of the shim holds a value when an exception leaves it; error trackers send locals."""

import os
import traceback
import unittest
from unittest import mock

import coffer
from coffer.connection import Connection
from fake_daemon import FakeDaemon, answering, fetched

CANARY = "canary-7Q"


class Presented(str):
    """A value that this test's own frames hold without showing it."""

    def __repr__(self):
        return "(presented)"


class PresentedBytes(bytes):
    """The same as bytes."""

    def __repr__(self):
        return "(presented)"


SENDING = {
    "set": lambda client, value: client.set("cmp_a", "slack", value),
    "rotate": lambda client, value: client.rotate("cmp_a", "slack", value),
    "token_validate": lambda client, value: client.token_validate(value, "cmp_a", "agt_a"),
    "ticket_redeem": lambda client, value: client.ticket_redeem(value),
}
INVALID = {
    "set": lambda client, value: client.set("cmp_a", "s/ack", value),
    "set with a label": lambda client, value: client.set("cmp_a", "s", value, label="\x1b"),
    "rotate": lambda client, value: client.rotate("cmp_a", "slack", value, if_version=-1),
    "rotate of nothing": lambda client, value: client.rotate(None, "slack", value),
    "token_validate": lambda client, value: client.token_validate(value, "cmp a", "agt_a"),
    "too many arguments": lambda client, value: client.set("cmp_a", "slack", value, 1, 2),
    "too long": lambda client, value: client.set("cmp_a", "slack", Presented(value * 9999)),
    "too long a token": lambda client, value: client.token_validate(
        Presented(value * 99), "cmp_a", "agt_a"),
    "no UTF-8": lambda client, value: client.set("cmp_a", "slack", Presented(value + "\udcff")),
}


def raised_by(act):
    """What act() raises, with its frames as they are: assertRaises() would clear them."""
    try:
        act()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def shown(error):
    """All that an error tracker would send of the shim's frames, and of the exceptions."""
    out, waiting, seen = [], [error], set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        out.append(repr((one.args, vars(one), getattr(one, "object", None))))
        for frame, _ in traceback.walk_tb(one.__traceback__):
            if frame.f_globals["__name__"].startswith("coffer"):
                out.append(repr(frame.f_locals))
        waiting += [one.__cause__, one.__context__]
    return "\n".join(out)


class Tracebacks(unittest.TestCase):
    """Whatever goes wrong while a value is under way."""

    def assert_hidden(self, act, kind=coffer.Error):
        error = raised_by(act)
        self.assertIsInstance(error, kind)
        self.assertNotIn(CANARY, shown(error))

    def values(self):
        return (Presented(CANARY), PresentedBytes(CANARY.encode()),
                coffer.Secret(CANARY.encode(), 1))

    def each(self, operations, script, kind=coffer.Error):
        for name, act in operations.items():
            for value in self.values() if operations is SENDING else [Presented(CANARY)]:
                with self.subTest(name, kind=type(value).__name__):
                    with FakeDaemon(script) as daemon, coffer.connect(daemon.path) as client:
                        self.assert_hidden(lambda: act(client, value), kind)

    def test_G_the_daemon_refuses(self):
        refused = (20, "denied")
        self.each(SENDING, answering(integration_set=refused, integration_rotate=refused,
                                     token_validate=refused, ticket_redeem=refused))

    def test_G_the_connection_is_lost(self):
        self.each(SENDING, lambda connection: connection.greet().request(), coffer.Unavailable)

    def test_G_the_answer_makes_no_sense(self):
        def nonsense(connection):
            connection.greet().send(fetched(connection.request() + 1))

        self.each(SENDING, nonsense, coffer.ProtocolError)

    def test_G_an_argument_is_wrong(self):
        def idle(connection):
            connection.greet().until_closed()

        self.each(INVALID, idle, Exception)

    def test_G_the_call_is_interrupted(self):
        def idle(connection):
            connection.greet().until_closed()

        with mock.patch.object(Connection, "_receive", side_effect=KeyboardInterrupt):
            with mock.patch.object(Connection, "_greet"):
                self.each(SENDING, idle, KeyboardInterrupt)

    def test_G_a_value_arrives_in_an_answer_that_makes_no_sense(self):
        answers = {
            "another request": lambda number: fetched(number + 1, CANARY.encode()),
            "bytes behind it": lambda number: fetched(number, CANARY.encode()) * 2,
            "no version": lambda number: fetched(number, CANARY.encode())[:-26],
        }
        for name, answer in answers.items():
            def script(connection, answer=answer):
                connection.greet().send(answer(connection.request()))

            with self.subTest(name), FakeDaemon(script) as daemon, \
                    coffer.connect(daemon.path) as client:
                self.assert_hidden(lambda: client.fetch("cmp_a", "slack"))

    def test_G_a_secret_that_cannot_be_shown_as_text(self):
        secret = coffer.Secret(b"\xff" + CANARY.encode(), 1)
        self.assert_hidden(secret.reveal)
        self.assert_hidden(lambda: coffer.Secret(Presented(CANARY), 1), TypeError)

    def test_G_a_ticket_in_the_place_of_its_descriptors_number(self):
        for name in ("COFFER_FD", "COFFER_TICKET_FD"):
            with self.subTest(name), mock.patch("coffer.inherited._taken", None), \
                    mock.patch.dict(os.environ, {name: CANARY}):
                self.assert_hidden(coffer.connect)

    def test_G_a_ticket_that_is_refused(self):
        source, sink = os.pipe()
        os.write(sink, CANARY.encode())
        os.close(sink)
        with FakeDaemon(answering(ticket_redeem=(27, "invalid_ticket"))) as daemon, \
                mock.patch("coffer.inherited._taken", None), mock.patch.dict(
                    os.environ, COFFER_SOCKET=daemon.path, COFFER_TICKET_FD=str(source)):
            self.assert_hidden(coffer.connect, coffer.InvalidTicket)

    def test_G_what_the_caller_was_handling_keeps_its_locals(self):
        def callers_own():
            kept = "kept"
            raise KeyError(kept)

        with FakeDaemon(answering(integration_set=(20, "denied"))) as daemon, \
                coffer.connect(daemon.path) as client:
            def handling():
                try:
                    callers_own()
                except KeyError:
                    client.set("cmp_a", "slack", Presented(CANARY))

            error = raised_by(handling)
            self.assertIsInstance(error, coffer.Denied)
            *_, (frame, _) = traceback.walk_tb(error.__context__.__traceback__)
            self.assertEqual(frame.f_locals, {"kept": "kept"})

    def test_G_the_canary_would_be_seen(self):
        def unguarded():
            with FakeDaemon(answering(integration_set=(20, "denied"))) as daemon, \
                    coffer.connect(daemon.path) as client:
                client.set.__wrapped__(client, "cmp_a", "slack", CANARY)

        self.assertIn(CANARY, shown(raised_by(unguarded)))


if __name__ == "__main__":
    unittest.main()
