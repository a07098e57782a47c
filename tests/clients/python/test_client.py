"""C1: the client against a daemon that misbehaves."""

import unittest

import coffer
from coffer import wire
from fake_daemon import Connection, FakeDaemon, error, fetched, hello, reply

RECORD = {"integration": "slack", "provider": "slack", "label": "", "status": "connected",
          "scopes": "", "version": 2, "created_at": 1, "rotated_at": 2}


def answer_fetches(connection: Connection):
    """A daemon as it should be."""
    connection.greet()
    while (number := connection.request()) is not None:
        connection.send(fetched(number))


class Conversation(unittest.TestCase):
    """Replies in any shape, and what is no reply."""

    def fetch_from(self, *scripts, **options):
        with FakeDaemon(*scripts) as daemon, coffer.connect(daemon.path, **options) as client:
            return client.fetch("cmp_a", "slack").reveal()

    def assert_raises(self, kind, answer):
        def script(connection):
            connection.greet()
            answer(connection, connection.request())

        with self.assertRaises(kind) as raised:
            self.fetch_from(script)
        return raised.exception

    def test_a_reply_byte_by_byte(self):
        def script(connection):
            connection.send(hello(connection.request()), one_by_one=True)
            connection.send(fetched(connection.request()), one_by_one=True)

        self.assertEqual(self.fetch_from(script), "xoxb-1")

    def test_a_large_reply(self):
        def script(connection):
            connection.greet().send(fetched(connection.request(), b"v" * 65536))

        self.assertEqual(self.fetch_from(script), "v" * 65536)

    def test_each_code_has_its_exception(self):
        cases = {20: coffer.Denied, 21: coffer.NotFound, 22: coffer.AlreadyExists,
                 23: coffer.VersionConflict, 24: coffer.Tampered, 25: coffer.KeyUnavailable,
                 32: coffer.Overloaded, 40: coffer.StoreUnavailable, 9: coffer.ProtocolError,
                 999: coffer.Error}
        for code, kind in cases.items():
            with self.subTest(code):
                raised = self.assert_raises(
                    kind, lambda c, number: c.send(error(0x15, number, code, "some_name")))
                self.assertEqual((raised.code, raised.name), (code, "some_name"))

    def test_what_is_no_reply_is_refused(self):
        garbage = {
            "another id": lambda c, number: c.send(fetched(number + 1)),
            "another operation": lambda c, number: c.send(
                wire.encode_frame(0x11, 1, number, fetched(number)[wire.HEADER_SIZE:])),
            "no frame": lambda c, number: c.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            "too large": lambda c, number: c.send(b"\0\x20\0\0\x15\1\0\0\0\0\0\0"),
            "too small": lambda c, number: c.send(bytes(12)),
            "two replies": lambda c, number: c.send(fetched(number) * 2),
            "another's error": lambda c, number: c.send(error(0x15, number + 1, 21, "not_found")),
            "a request": lambda c, number: c.send(wire.encode_frame(0x15, 0, number, b"")),
            "no fields": lambda c, number: c.send(wire.encode_frame(0x15, 1, number, b"")),
        }
        for what, answer in garbage.items():
            with self.subTest(what):
                self.assert_raises(coffer.ProtocolError, answer)

    def test_P1_an_error_does_not_cost_the_connection(self):
        def script(connection):
            connection.greet()
            connection.send(error(0x15, connection.request(), 21, "not_found"))
            connection.send(fetched(connection.request()))

        with FakeDaemon(script) as daemon, coffer.connect(daemon.path) as client:
            self.assertRaises(coffer.NotFound, client.fetch, "cmp_a", "slack")
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")
            self.assertEqual(daemon.connections, 1)

    def test_P1_an_error_that_closes_is_not_found_out_by_the_next_write(self):
        def refusing(connection):
            connection.greet()
            connection.send(error(0x15, connection.request(), 33, "timed_out"))

        def writes(connection):
            connection.greet().send(reply("integration_rotate", connection.request(), **RECORD))

        with FakeDaemon(refusing, writes) as daemon, coffer.connect(daemon.path) as client:
            self.assertRaises(coffer.Timeout, client.fetch, "cmp_a", "slack")
            self.assertEqual(client.rotate("cmp_a", "slack", "xoxb-2").version, 2)

    def test_P1_what_hello_says_is_checked(self):
        for other in ({"version": 2}, {"version": 0}, {"frame_size_max": 11}, {"in_flight_max": 0}):
            with self.subTest(other), FakeDaemon(
                    lambda c, other=other: c.send(hello(c.request(), **other))) as daemon:
                self.assertRaises(coffer.ProtocolError, coffer.connect, daemon.path)

    def test_P1_a_refusal_instead_of_hello(self):
        with FakeDaemon(lambda c: c.send(error(0, c.request() * 0, 30, "too_many_connections"))
                        ) as daemon, self.assertRaises(coffer.Overloaded) as raised:
            coffer.connect(daemon.path)
        self.assertEqual(raised.exception.name, "too_many_connections")

    def test_P1_a_daemon_with_smaller_frames(self):
        def script(connection):
            connection.send(hello(connection.request(), frame_size_max=64))
            connection.send(fetched(connection.request()))

        with FakeDaemon(script) as daemon, coffer.connect(daemon.path) as client:
            self.assertRaises(coffer.InvalidField, client.set, "cmp_a", "slack", "v" * 64)
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")

    def test_no_answer_in_time(self):
        with self.assertRaises(coffer.Timeout):
            self.fetch_from(lambda c: c.greet().until_closed(), timeout=0.05)

    def test_wrong_arguments_are_not_sent(self):
        with FakeDaemon(answer_fetches) as daemon, coffer.connect(daemon.path) as client:
            for company in ("", "cmp a", "x" * 129, "cmp/a", None, 7):
                with self.assertRaises(coffer.InvalidField) as raised:
                    client.fetch(company, "slack")
                self.assertIsInstance(raised.exception, ValueError)
            for value in ("", b"", "v" * 65537, 7, "canary\udcff"):
                with self.assertRaises(coffer.InvalidField) as raised:
                    client.set("cmp_a", "slack", value)
                self.assertNotIn("canary", repr(raised.exception))
                self.assertNotIn("canary", repr(raised.exception.__context__))
            self.assertRaises(coffer.InvalidField, coffer.connect, daemon.path, timeout=0)
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")


class Reconnecting(unittest.TestCase):
    """One new connection for a broken idle one, and nothing cleverer."""

    def broken_then(self, *scripts):
        def broken(connection):
            connection.greet()
            connection.send(fetched(connection.request()))

        return FakeDaemon(broken, *scripts)

    def test_a_broken_idle_connection_is_opened_anew(self):
        with self.broken_then(answer_fetches) as daemon, coffer.connect(daemon.path) as client:
            for _ in range(3):
                self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")
            self.assertEqual(daemon.connections, 2)

    def test_a_write_is_not_sent_twice(self):
        with self.broken_then() as daemon, coffer.connect(daemon.path) as client:
            client.fetch("cmp_a", "slack")
            with self.assertRaises(coffer.Unavailable) as raised:
                client.rotate("cmp_a", "slack", "xoxb-2")
            self.assertIn("may or may not", str(raised.exception))

    def test_a_write_that_was_not_read_is_sent_again(self):
        def farewell(connection):
            connection.greet()
            connection.request()
            connection.send(error(0, 0, 34, "shutting_down"))

        def writes(connection):
            connection.greet()
            connection.send(reply("integration_rotate", connection.request(), **RECORD))

        with FakeDaemon(farewell, writes) as daemon, coffer.connect(daemon.path) as client:
            self.assertEqual(client.rotate("cmp_a", "slack", "xoxb-2").version, 2)

    def test_a_farewell_behind_a_reply(self):
        def last(connection):
            connection.greet()
            connection.send(fetched(connection.request()) + error(0, 0, 34, "shutting_down"))

        def writes(connection):
            connection.greet().send(reply("integration_rotate", connection.request(), **RECORD))

        with FakeDaemon(last, writes) as daemon, coffer.connect(daemon.path) as client:
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")
            self.assertEqual(client.rotate("cmp_a", "slack", "xoxb-2").version, 2)

    def test_two_farewells_are_enough(self):
        def farewell(connection):
            connection.greet().request()
            connection.send(error(0, 0, 34, "shutting_down"))

        with FakeDaemon(farewell, farewell) as daemon, coffer.connect(daemon.path) as client:
            with self.assertRaises(coffer.Unavailable) as raised:
                client.rotate("cmp_a", "slack", "xoxb-2")
            self.assertEqual(raised.exception.name, "shutting_down")
            self.assertIn("was not carried out", raised.exception.text)

    def test_a_broken_reply_is_not_asked_for_again(self):
        def broken(connection):
            connection.greet()
            connection.send(fetched(connection.request())[:20])

        with FakeDaemon(broken, answer_fetches) as daemon, coffer.connect(daemon.path) as client:
            self.assertRaises(coffer.Unavailable, client.fetch, "cmp_a", "slack")
            self.assertEqual(daemon.connections, 1)

    def test_two_broken_connections_are_enough(self):
        with self.broken_then(lambda c: (c.greet(), c.request()), answer_fetches) as daemon:
            with coffer.connect(daemon.path) as client:
                client.fetch("cmp_a", "slack")
                self.assertRaises(coffer.Unavailable, client.fetch, "cmp_a", "slack")
            self.assertEqual(daemon.connections, 2)


if __name__ == "__main__":
    unittest.main()
