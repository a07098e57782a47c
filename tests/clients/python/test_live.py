"""C1, I3, I4: the same conversation with a real daemon that every shim must manage."""

import unittest

import coffer
from daemon import Daemon


class Live(unittest.TestCase):
    """Set, list, show, fetch, rotate, fetch, delete."""

    def test_C1_a_credentials_life(self):
        with Daemon() as daemon, coffer.connect(daemon.socket) as c:
            c.ping()
            self.assertEqual(c.status()["store"], "sqlite")
            made = c.set("cmp_acme", "slack", "xoxb-1", label="Slack of Acmé", scopes="chat:write")
            self.assertEqual((made.provider, made.label), ("slack", "Slack of Acmé"))
            self.assertRaises(coffer.AlreadyExists, c.set, "cmp_acme", "slack", "xoxb-2")
            self.assertEqual([one.integration for one in c.list("cmp_acme")], ["slack"])
            self.assertEqual(c.fetch("cmp_acme", "slack").reveal(), "xoxb-1")
            turned = c.rotate("cmp_acme", "slack", b"\xff\0binary", if_version=made.version,
                              expires_at=99)
            self.assertRaises(coffer.VersionConflict, c.rotate, "cmp_acme", "slack", "x",
                              if_version=made.version)
            secret = c.fetch("cmp_acme", "slack")
            self.assertEqual(secret.reveal_bytes(), b"\xff\0binary")
            self.assertEqual((secret.version, secret.freshness, secret.expires_at),
                             (turned.version, "fresh", 99))
            shown = c.show("cmp_acme", "slack")
            self.assertGreaterEqual(shown.last_used_at, shown.created_at)
            c.delete("cmp_acme", "slack")
            self.assertRaises(coffer.NotFound, c.fetch, "cmp_acme", "slack")

    def test_all_pages_of_a_list(self):
        with Daemon() as daemon, coffer.connect(daemon.socket) as c:
            names = [f"i{number:03}" for number in range(450)]
            for name in names:
                c.set("cmp_acme", name, "v", label="l" * 256)
            self.assertEqual([one.integration for one in c.list("cmp_acme")], names)


if __name__ == "__main__":
    unittest.main()
