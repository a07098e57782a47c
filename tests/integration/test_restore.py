"""A store file that was put back beside the log of another is refused, with the way out (K4)."""

import os
import shutil
import sqlite3
import unittest

from daemon import Daemon, refused_start

VALUE = os.urandom(60_000)
PAST_A_CHECKPOINT = 500  # values of VALUE's size: twice what the log may hold


class Restore(unittest.TestCase):
    """The daemon is killed, so that its log stays, and a file is put in place of the store."""

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.log = self.daemon.store.with_name("coffer.db-wal")
        self.copy = self.daemon.home / "copy.db"

    def write(self, value, many=0):
        with self.daemon.connect() as client:
            for i in range(30):
                client.set("cmp_a", f"i{i}", value, replace=True)
            for i in range(many):
                client.set("cmp_a", f"big{i}", VALUE, replace=True)
            for i in range(3):
                client.set("cmp_a", f"i{i}", value, replace=True)

    def copy_stopped(self):
        """What `cp` makes of a store whose daemon is stopped."""
        self.assertEqual(self.daemon.stop(), 0)
        shutil.copy(self.daemon.store, self.copy)
        self.daemon.start()

    def copy_running(self):
        """What `.backup` of sqlite3 makes of a store in use."""
        with sqlite3.connect(self.daemon.store) as source, sqlite3.connect(self.copy) as target:
            source.backup(target)
        source.close()
        target.close()

    def values(self):
        with self.daemon.connect() as client:
            return {client.fetch("cmp_a", f"i{i}").reveal() for i in range(30)}

    def assert_noticed_and_mendable(self):
        self.daemon.kill()
        self.assertGreater(self.log.stat().st_size, 0)
        shutil.copy(self.copy, self.daemon.store)
        code, line = refused_start(self.daemon)
        self.assertEqual(code, 78)
        for word in ("does not belong to the log", str(self.log), "move", "backup"):
            self.assertIn(word, line)
        for path in self.daemon.instance.glob("coffer.db-*"):
            path.unlink()
        self.daemon.start()
        self.assertEqual(self.values(), {"old"})

    def test_K4_a_copy_of_the_stopped_store_beside_a_log_is_noticed(self):
        for many in (0, PAST_A_CHECKPOINT):
            with self.subTest(many=many):
                self.write("old")
                self.copy_stopped()
                self.write("new", many)
                self.assert_noticed_and_mendable()

    def test_K4_a_copy_of_the_running_store_beside_its_own_log_is_noticed(self):
        for many in (0, PAST_A_CHECKPOINT):
            with self.subTest(many=many):
                self.write("old")
                self.copy_running()
                self.write("new", many)
                self.assert_noticed_and_mendable()

    def test_K4_a_log_without_its_store_is_noticed(self):
        self.write("old")
        self.daemon.kill()
        self.daemon.store.rename(self.copy)
        code, line = refused_start(self.daemon, "--create-store")
        self.assertEqual(code, 78)
        self.assertIn("is missing, but its log", line)
        self.copy.rename(self.daemon.store)
        self.daemon.start()
        self.assertEqual(self.values(), {"old"})

    def test_K4_what_a_killed_daemon_left_is_taken_as_it_is(self):
        for value, many in (("first", 0), ("second", PAST_A_CHECKPOINT), ("third", 0)):
            self.write(value, many)
            self.daemon.kill()
            self.daemon.start()
            self.assertEqual(self.values(), {value})

    def test_K4_all_files_copied_together_are_taken(self):
        self.write("old")
        self.daemon.kill()
        aside = self.daemon.home / "aside"
        shutil.copytree(self.daemon.instance, aside,
                        ignore=shutil.ignore_patterns("*.sock"))
        shutil.rmtree(self.daemon.instance)
        shutil.copytree(aside, self.daemon.instance)
        self.daemon.start()
        self.assertEqual(self.values(), {"old"})


if __name__ == "__main__":
    unittest.main()
