"""K4: the daemon refuses to start, with one line that says what to do, and never makes a key."""

import os
import unittest

from daemon import Daemon, need_root, refused_start


class KeyRefusals(unittest.TestCase):
    """Each refusal ends with 78 and leaves the key as it was."""

    def setUp(self):
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.close)

    def make_key(self, content=b"\xcc" * 32, mode=0o600):
        self.daemon.key.parent.mkdir(parents=True, mode=0o700)
        for folder in (self.daemon.home / "instances", self.daemon.instance,
                       self.daemon.key.parent):
            folder.chmod(0o700)
        self.daemon.key.write_bytes(content)
        self.daemon.key.chmod(mode)

    def refuse(self, *words, flags=(), code=78):
        before = self.daemon.key.read_bytes() if self.daemon.key.is_file() else None
        got, line = refused_start(self.daemon, *flags)
        self.assertEqual(got, code, line)
        for word in words:
            self.assertIn(word, line)
        after = self.daemon.key.read_bytes() if self.daemon.key.is_file() else None
        self.assertEqual(before, after, "the key was touched")
        return line

    def store_rows(self):
        """A store with a row in it, its daemon stopped."""
        self.daemon.start("--create-key")
        with self.daemon.connect() as client:
            client.set("cmp_a", "slack", "xoxb-1")
        self.assertEqual(self.daemon.stop(), 0)

    def test_K4_missing_key(self):
        self.refuse("no master key", "--create-key")
        self.assertFalse(self.daemon.key.exists())

    def test_K4_key_readable_by_others(self):
        self.make_key(mode=0o644)
        self.refuse("0644", "chmod 0600")

    def test_K4_key_of_another_owner(self):
        need_root(self)
        self.make_key()
        os.chown(self.daemon.key, 12345, 12345)
        self.refuse("owned by uid 12345", "chown")

    def test_K4_key_is_a_symbolic_link(self):
        self.make_key()
        real = self.daemon.key.with_name("real.key")
        self.daemon.key.rename(real)
        self.daemon.key.symlink_to(real)
        self.refuse("symbolic link")

    def test_K4_directory_writable_by_others(self):
        self.make_key()
        self.daemon.key.parent.chmod(0o777)
        self.refuse("others could replace it", "chmod go-w")

    def test_K4_wrong_length(self):
        self.make_key(b"\xcc" * 31)
        self.refuse("31 bytes", "32 raw bytes")

    def test_K4_key_of_another_store_names_both_ids(self):
        self.store_rows()
        self.daemon.key.write_bytes(b"\xdd" * 32)
        line = self.refuse("but the store is encrypted under")
        ids = [word for word in line.replace(",", " ").replace(":", " ").split()
               if len(word) == 32 and all(c in "0123456789abcdef" for c in word)]
        self.assertEqual(len(set(ids)), 2, line)

    def test_K4_rows_but_no_key(self):
        self.store_rows()
        self.daemon.key.unlink()
        for flags in ((), ("--create-key",)):
            self.refuse("restore that key", "none is ever created", flags=flags)
            self.assertFalse(self.daemon.key.exists())

    def test_K4_a_used_key_without_its_store_is_refused_until_told(self):
        self.store_rows()
        self.daemon.store.rename(self.daemon.home / "elsewhere.db")
        for flags in ((), ("--create-key",)):
            self.refuse("no store at", str(self.daemon.store), "--create-store", flags=flags)
            self.assertFalse(self.daemon.store.exists())
        self.daemon.start("--create-store")
        self.assertEqual(self.daemon.stop(), 0)
        self.daemon.start()

    def test_K4_a_mistyped_store_is_refused_and_not_made(self):
        self.store_rows()
        mistyped = self.daemon.instance / "cofer.db"
        self.refuse("no store at", str(mistyped), flags=("--store", mistyped))
        self.assertFalse(mistyped.exists())

    def test_K4_a_store_may_begin_with_a_key_that_none_has_used(self):
        self.make_key()
        self.daemon.start()
        self.assertEqual(self.daemon.stop(), 0)

    def test_K4_a_key_that_was_put_there_since_is_another_one(self):
        self.store_rows()
        for path in self.daemon.instance.glob("coffer.db*"):
            path.unlink()
        self.refuse("has been used")
        self.daemon.key.write_bytes(b"\xee" * 32)
        self.daemon.start()

    def test_K4_without_key_and_store_both_are_made_on_request_only(self):
        self.refuse("no master key", "--create-key", flags=("--create-store",))
        self.assertFalse(self.daemon.store.exists())

    def test_K4_a_key_of_unknown_past_needs_a_word_for_its_first_start(self):
        flags = ("--master-key-source", "env://TEST_KEY")
        key = {"TEST_KEY": "ab" * 32}
        code, line = refused_start(self.daemon, *flags, **key)
        self.assertEqual(code, 78)
        self.assertIn("--create-store", line)
        self.assertFalse(self.daemon.store.exists())
        for more in (("--create-store",), ()):
            self.daemon.start(*flags, *more, **key)
            self.assertEqual(self.daemon.stop(), 0)

    def test_K4_verifying_makes_no_store(self):
        self.make_key()
        self.refuse("no store at", flags=("--verify-store",))
        self.assertFalse(self.daemon.store.exists())

    def test_K4_key_file_is_a_directory(self):
        self.daemon.key.mkdir(parents=True)
        self.refuse("not a regular file")

    def test_K2_unknown_source(self):
        self.refuse("\"gopher\"", flags=("--master-key-source", "gopher://x"))

    def test_K2_source_and_path_exclude_each_other(self):
        self.refuse("name different keys", "keep one of them",
                    flags=("--master-key-source", "file:///x", "--master-key-path", "/y"))

    def test_K2_source_and_path_may_name_the_same(self):
        self.daemon.start("--create-key", MASTER_KEY_PATH=self.daemon.key,
                          MASTER_KEY_SOURCE=f"file://{self.daemon.key}")
        self.assertTrue(self.daemon.key.exists())

    def test_K2_env_source_warns_and_works(self):
        self.daemon.start("--create-key", "--master-key-source", "env://TEST_KEY",
                          TEST_KEY="ab" * 32)
        self.daemon.line("warning", "development")
        with open(f"/proc/{self.daemon.process.pid}/environ", "rb") as environ:
            self.assertNotIn(b"abab", environ.read())

    def test_K3_created_key_is_private(self):
        self.daemon.start("--create-key")
        self.assertEqual(self.daemon.key.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.daemon.key.stat().st_size, 32)


class OtherRefusals(unittest.TestCase):
    """What else keeps it from starting says so in one line, too."""

    def refuse(self, code, *words, config=None, flags=(), **environment):
        with Daemon(start=False, config=config) as daemon:
            got, line = refused_start(daemon, "--create-key", *flags, **environment)
        self.assertEqual(got, code, line)
        for word in words:
            self.assertIn(word, line)

    def test_S4_one_daemon_per_store(self):
        with Daemon() as first, Daemon(start=False) as second:
            code, line = refused_start(second, "--store", first.store,
                                       "--master-key-path", first.key)
            self.assertEqual(code, 75)
            self.assertIn(str(first.process.pid), line)

    def test_one_daemon_per_socket(self):
        with Daemon() as first, Daemon(start=False) as second:
            code, line = refused_start(second, "--create-key", "--socket", first.socket)
            self.assertEqual(code, 75)
            self.assertIn("another daemon", line)
            with first.connect() as client:
                client.ping()

    def test_unknown_setting_names_its_line(self):
        self.refuse(78, "line 2", "sockets", config="workers = 2\nsockets = 'x'\n")

    def test_setting_out_of_range_names_its_line(self):
        self.refuse(78, "line 2", "from 1 to", config="[limits]\nin_flight_max = 0\n")

    def test_P2_bad_policy_names_its_line(self):
        with Daemon(start=False) as daemon:
            path = daemon.home / "policy.toml"
            path.write_text('[[rule]]\nname = "a"\nusers = [1]\nroles = ["king"]\n')
            path.chmod(0o600)
            code, line = refused_start(daemon, "--create-key", "--policy", path)
        self.assertEqual(code, 78)
        self.assertIn("line 4", line)

    def test_a_database_it_does_not_have_is_not_ignored(self):
        self.refuse(78, "DATABASE_URL", DATABASE_URL="mysql://localhost/coffer")

    def test_a_database_that_is_not_there_is_waited_for_by_whoever_starts_it(self):
        self.refuse(75, "cannot be reached", DATABASE_URL="postgresql://me:s3cret@/c?host=/nowhere")

    def test_a_password_on_the_command_line_is_refused(self):
        url = "postgresql://me:s3cret@db.example/coffer"
        self.refuse(78, "--database-password-source", flags=("--database-url", url))

    def test_socket_path_too_long(self):
        self.refuse(78, "107 bytes", flags=("--socket", "/tmp/" + "x" * 120))


if __name__ == "__main__":
    unittest.main()
