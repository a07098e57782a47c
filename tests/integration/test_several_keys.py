"""K4, M2: the daemon loads every key that its store asks for, from any slot of the source."""

import hashlib
import hmac
import secrets
import sqlite3
import subprocess
import unittest

from daemon import BINARY_DIR, Daemon, clean_environment, field, refused_start

COMPANY = "cmp_a"


def key_id(key):
    """The id of a key, in bytes (K5)."""
    return hmac.new(key, b"coffer key id v1", hashlib.sha256).digest()[:16]


class SeveralKeys(unittest.TestCase):
    """A store with values under an old key, and a second key that is registered there."""

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        with self.daemon.connect() as client:
            client.set(COMPANY, "old", "value-under-the-old-key")
        self.assertEqual(self.daemon.stop(), 0)
        self.old, self.new = self.daemon.key.read_bytes(), secrets.token_bytes(32)
        with sqlite3.connect(self.daemon.store) as file:
            file.execute("INSERT INTO keys (key_id, created_at, writes) VALUES (?, 1, 0)",
                         (key_id(self.new),))

    def archived(self, key):
        return self.daemon.key.with_name("master.key.archive") / key_id(key).hex()

    def put(self, path, key, mode=0o600):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(key)
        path.chmod(mode)

    def promote(self):
        """What a rotation leaves in the source."""
        self.put(self.daemon.key, self.new)
        self.put(self.archived(self.old), self.old)

    def keys_held(self, client):
        return [host.keys.split() for host in client.hosts()]

    def test_K4_M2_a_pending_key_is_held_beside_the_current_one(self):
        self.put(self.daemon.key.with_name("master.key.pending"), self.new)
        self.daemon.start()
        with self.daemon.connect() as client:
            self.assertEqual(client.status()["key_id"], key_id(self.old).hex())
            self.assertEqual(self.keys_held(client),
                             [[key_id(self.old).hex(), key_id(self.new).hex()]])

    def test_K4_M2_values_under_an_archived_key_are_read_and_new_ones_take_the_current(self):
        self.promote()
        self.daemon.start()
        with self.daemon.connect() as client:
            self.assertEqual(client.status()["key_id"], key_id(self.new).hex())
            self.assertEqual(client.fetch(COMPANY, "old").reveal(), "value-under-the-old-key")
            client.set(COMPANY, "new", "value-under-the-new-key")
            self.assertEqual(client.fetch(COMPANY, "new").reveal(), "value-under-the-new-key")
        self.assertEqual(self.daemon.stop(), 0)
        with sqlite3.connect(self.daemon.store) as file:
            used = dict(file.execute("SELECT subject_id, key_id FROM secrets"))
            writes = dict(file.execute("SELECT key_id, writes FROM keys"))
        self.assertEqual((used["old"], used["new"]), (key_id(self.old), key_id(self.new)))
        self.assertGreater(writes[key_id(self.new)], 0)
        verified = subprocess.run([BINARY_DIR / "sidecar" / "cofferd", "--verify-store"],
                                  env=clean_environment(COMPANY_AGENTS_HOME=self.daemon.instance),
                                  check=False, capture_output=True, text=True)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_K4_M2_a_registered_key_that_is_missing_is_warned_of(self):
        self.daemon.start()
        missing = self.daemon.line("key_missing")
        self.assertEqual(field(missing, "key"), key_id(self.new).hex())
        self.assertIn(f"archive/{key_id(self.new).hex()}", missing)
        with self.daemon.connect() as client:
            self.assertEqual(client.fetch(COMPANY, "old").reveal(), "value-under-the-old-key")
            self.assertEqual(self.keys_held(client), [[key_id(self.old).hex()]])

    def test_P4_without_the_key_that_seals_the_audit_key_it_does_not_start(self):
        self.promote()
        self.archived(self.old).unlink()
        refused_start(self.daemon)
        self.assertEqual(field(self.daemon.line("key_missing"), "key"), key_id(self.old).hex())

    def test_K4_an_archived_key_that_others_can_read_is_refused(self):
        self.promote()
        self.archived(self.old).chmod(0o644)
        code, line = refused_start(self.daemon)
        self.assertEqual(code, 78)
        self.assertIn("chmod 0600", line)

    def test_K4_a_current_key_that_the_store_does_not_know_is_refused_with_the_ids(self):
        stranger = secrets.token_bytes(32)
        self.put(self.daemon.key, stranger)
        code, line = refused_start(self.daemon)
        self.assertEqual(code, 78)
        for key in (stranger, self.old, self.new):
            self.assertIn(key_id(key).hex(), line)


if __name__ == "__main__":
    unittest.main()
