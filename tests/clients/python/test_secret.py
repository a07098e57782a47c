"""C1: a Secret is hard to leak by accident."""

import copy
import json
import pickle
import traceback
import unittest
from unittest import mock

import coffer
from coffer import Secret
from fake_daemon import FakeDaemon, error, fetched, hello


class SecretType(unittest.TestCase):
    """What must not work, does not."""

    def setUp(self):
        self.secret = Secret(b"xoxb-canary", 3)

    def test_only_reveal_shows_it(self):
        self.assertEqual(self.secret.reveal(), "xoxb-canary")
        self.assertEqual(self.secret.reveal_bytes(), b"xoxb-canary")
        for text in (str(self.secret), repr(self.secret), f"{self.secret}", f"{self.secret:>50}",
                     "%s %r" % (self.secret, self.secret), str([self.secret])):
            self.assertNotIn("canary", text)

    def test_it_cannot_be_compared_hashed_copied_or_pickled(self):
        for attempt in (lambda: self.secret == "xoxb-canary", lambda: self.secret != self.secret,
                        lambda: self.secret < self.secret, lambda: hash(self.secret),
                        lambda: copy.copy(self.secret), lambda: copy.deepcopy(self.secret),
                        lambda: pickle.dumps(self.secret), lambda: json.dumps(self.secret)):
            self.assertRaises(TypeError, attempt)
        self.assertFalse(hasattr(self.secret, "__dict__"))

    def test_I4_other_bytes_than_text_do_not_leak_by_the_error(self):
        secret = Secret(b"\xffcanary", 1)
        with self.assertRaises(ValueError) as raised:
            secret.reveal()
        shown = "".join(traceback.format_exception(None, raised.exception, None))
        for text in (repr(raised.exception), shown, repr(raised.exception.__context__)):
            self.assertNotIn("canary", text)
        self.assertNotIsInstance(raised.exception, UnicodeError)  # whose `object` is the value
        self.assertEqual(secret.reveal_bytes(), b"\xffcanary")

    def test_its_bytes_are_overwritten_before_they_are_given_back(self):
        seen = []

        class Watched(bytearray):
            def clear(self):
                seen.append(bytes(self))
                super().clear()

        self.secret._value = Watched(b"xoxb-canary")
        self.secret.wipe()
        self.assertEqual(seen, [bytes(11)])

    def test_it_is_wiped(self):
        kept = self.secret._value
        with self.secret as secret:
            self.assertEqual(secret.reveal(), "xoxb-canary")
        self.assertEqual(bytes(kept), b"")
        self.assertEqual(self.secret.reveal(), "")

    def test_it_is_wiped_when_it_goes(self):
        kept = self.secret._value
        del self.secret
        self.assertEqual(bytes(kept), b"")


class Buffers(unittest.TestCase):
    """The frames that a secret crosses."""

    def test_C1_frames_of_both_directions_are_wiped(self):
        value, made = b"xoxb-canary" * 1000, []  # past the first buffer of a reply
        # Encoded before the buffers are watched: these are not the client's to wipe.
        replies = hello(1), fetched(2, value), error(0x10, 3, 22, "already_exists")

        class Watched(bytearray):
            def __init__(self, *arguments):
                super().__init__(*arguments)
                made.append(self)

        def script(connection):
            for number, answer in enumerate(replies, 1):
                self.assertEqual(connection.request(), number)
                connection.send(answer)

        def holders():
            return sum(b"canary" in one for one in made)

        with mock.patch("coffer.connection.bytearray", Watched, create=True), \
                mock.patch("coffer.fields.bytearray", Watched, create=True), \
                FakeDaemon(script) as daemon, coffer.connect(daemon.path) as client:
            secret = client.fetch("cmp_a", "slack")
            self.assertEqual(secret.reveal_bytes(), value)
            self.assertGreaterEqual(max(map(len, made)), len(value))
            self.assertEqual(holders(), 0)
            watched = len(made)
            self.assertRaises(coffer.AlreadyExists, client.set, "cmp_a", "slack", value)
            self.assertGreater(len(made), watched)
            self.assertEqual(holders(), 0)


if __name__ == "__main__":
    unittest.main()
