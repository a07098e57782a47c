"""C1: a Secret is hard to leak by accident."""

import copy
import json
import pickle
import unittest

from coffer import Secret


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


if __name__ == "__main__":
    unittest.main()
