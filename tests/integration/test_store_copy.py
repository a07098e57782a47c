"""S4, S8: from SQLite to PostgreSQL by `coffer store copy`; `cofferd --verify-store` on both."""

import os
import shutil
import subprocess
import unittest

import coffer
from daemon import BINARY_DIR, Daemon, clean_environment
from hosts import COMPANY, HostsCase

COFFERD = BINARY_DIR / "sidecar" / "cofferd"
CLI = BINARY_DIR / "clients" / "cli" / "coffer"


class StoreCopy(HostsCase):
    def setUp(self):
        super().setUp()
        self.old = Daemon()
        self.cleanup.callback(self.old.close)
        with self.old.connect() as client:
            for number in range(40):
                client.set(COMPANY, f"integration_{number}", f"value {number}")
            client.set("cmp_b", "slack", "of b", label="Slack", expires_at=4_102_444_800_000)
            client.run_begin(COMPANY, "run_1", "agt_1")
            client.rotate(COMPANY, "integration_7", "newer")
            client.token_issue(COMPANY, "agt_1", scopes="memory:read")
            self.token = client.token_fetch(COMPANY, "agt_1").reveal()
        self.assertEqual(self.old.stop(), 0)

    def copy(self, path=None):
        return subprocess.run(
            [CLI, "store", "copy", path or self.old.store, self.url], text=True,
            capture_output=True, timeout=120, check=False,
            env=clean_environment(PATH=f"{COFFERD.parent}:{os.environ['PATH']}",
                                  COMPANY_AGENTS_HOME=self.old.instance))

    def verify(self, **environment):
        return subprocess.run(
            [COFFERD, "--verify-store", "--master-key-path", self.old.key], text=True,
            capture_output=True, timeout=120, check=False,
            env=clean_environment(COMPANY_AGENTS_HOME=self.old.instance, **environment))

    def on_the_copy(self):
        daemon = Daemon(start=False)
        self.cleanup.callback(daemon.close)
        daemon.environment = {"MASTER_KEY_PATH": self.old.key, "DATABASE_URL": self.url}
        return daemon

    def test_S4_everything_is_there_and_goes_on(self):
        done = self.copy()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"secrets +44 +44\n")
        daemon = self.on_the_copy()
        daemon.start(**daemon.environment)
        with daemon.connect() as client:
            for number in range(40):
                found = client.fetch(COMPANY, f"integration_{number}").reveal()
                self.assertEqual(found, "newer" if number == 7 else f"value {number}")
            kept = client.fetch(COMPANY, "integration_7", run="run_1")
            self.assertEqual((kept.reveal(), kept.freshness), ("value 7", "pinned"))
            client.token_validate(self.token, COMPANY, "agt_1", "memory:read")
            self.assertEqual(client.show("cmp_b", "slack").label, "Slack")
            self.assertGreater(client.rotate("cmp_b", "slack", "more").version, 1)
            self.assertTrue(all(one.intact for one in client.audit_verify()))

    def test_S4_a_copy_that_was_interrupted_goes_on_and_is_not_served(self):
        self.server.sql("CREATE SCHEMA coffer")
        self.assertEqual(self.copy().returncode, 0)
        # As it is in the middle: the mark is there, and what comes last is not.
        self.server.sql("CREATE TABLE coffer.store_copy (source text, begun_at timestamptz);"
                        f"INSERT INTO coffer.store_copy VALUES ('{self.old.store}', now());"
                        "DELETE FROM coffer.tokens; DELETE FROM coffer.secrets WHERE company_id >="
                        " 'cmp_b'")
        daemon = self.on_the_copy()
        daemon.spawn(**daemon.environment)
        self.assertEqual(daemon.wait(), 78)
        self.assertIn("is not whole", daemon.log())
        done = self.copy()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"integrations +41 +0\n")
        self.assertRegex(done.stdout, r"tokens +1 +1\n")
        daemon.start(**daemon.environment)

    def test_S4_a_difference_is_found(self):
        self.assertEqual(self.copy().returncode, 0)
        self.server.sql("CREATE TABLE coffer.store_copy (source text, begun_at timestamptz);"
                        f"INSERT INTO coffer.store_copy VALUES ('{self.old.store}', now());"
                        "UPDATE coffer.secrets SET value = value || '\\x00' WHERE subject_id ="
                        " 'integration_3'")
        done = self.copy()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("differs in the copy", done.stderr)

    def test_S4_a_store_that_holds_rows_is_left_alone(self):
        self.assertEqual(self.copy().returncode, 0)
        done = self.copy()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("holds rows already", done.stderr)

    def test_S4_a_running_daemon_keeps_its_file(self):
        self.old.start()
        done = self.copy()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("lock", done.stderr)

    def test_S2_verify_reads_every_value_of_either_store(self):
        self.assertEqual(self.copy().returncode, 0)
        for environment in ({}, {"DATABASE_URL": self.url}):
            done = self.verify(**environment)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("44 values, 0 do not authenticate", done.stdout)
        self.server.sql("UPDATE coffer.secrets SET subject_id = 'integration_x' WHERE subject_id ="
                        " 'integration_3'")
        done = self.verify(DATABASE_URL=self.url)
        self.assertEqual(done.returncode, 1)
        self.assertIn("does not authenticate: company cmp_a, integration integration_x",
                      done.stdout)


if __name__ == "__main__":
    assert shutil.which("psql") and coffer
    unittest.main()
