"""K1, M2: a key that was retired is gone from memory, with every schedule made of it."""

import os
import pathlib
import secrets
import subprocess
import tempfile
import unittest

from daemon import SANITIZER
from memory_scan import Scanner, needles_of_key


class RetiredKey(unittest.TestCase):
    """Four threads have used both keys and are idle when the first one is retired."""

    def setUp(self):
        if SANITIZER:
            self.skipTest("sanitizer build: its shadow memory is beyond reading")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.keys = [secrets.token_bytes(32), secrets.token_bytes(32)]
        self.files = [pathlib.Path(folder.name) / name for name in ("first", "second")]
        for file, key in zip(self.files, self.keys):
            file.write_bytes(key)

    def found(self, process, key):
        scanner = Scanner(needles_of_key(key))
        scanner.scan_memory(process.pid)
        self.assertGreater(scanner.bytes_read, 100_000)
        return scanner.findings

    def step(self, process, expected):
        self.assertEqual(process.stdout.readline(), f"{expected}\n")

    def test_K1_M2_neither_key_nor_schedule_is_left(self):
        with subprocess.Popen([os.environ["COFFER_RETIRE_KEY"], *map(str, self.files)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as process:
            self.addCleanup(process.kill)
            self.step(process, "used")
            for key in self.keys:
                before = "\n".join(self.found(process, key))
                for what in ("round key 0", "round key 14", "GHASH key ^ 1"):
                    self.assertIn(what, before, "the scan finds what is there")
            process.stdin.write("\n")
            process.stdin.flush()
            self.step(process, "retired")
            self.assertEqual(self.found(process, self.keys[0]), [])
            kept = "\n".join(self.found(process, self.keys[1]))
            self.assertIn("round key 14", kept, "the other key stays")
            process.stdin.write("\n")
            process.stdin.flush()
            self.assertEqual(process.wait(10), 0)


if __name__ == "__main__":
    unittest.main()
