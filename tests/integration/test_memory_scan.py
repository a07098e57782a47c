"""K1, S3: neither the key nor its schedule nor any value is found where it does not belong."""

import secrets
import subprocess
import sys
import threading
import unittest

from aes_schedule import encrypt_block, ghash_key, round_keys
from daemon import Daemon, SANITIZER, need_root, skip_or_fail
from memory_scan import Scanner, needles_of_key, needles_of_value

SIZES = (20, 200, 10_000, 65_536)


class AesSchedule(unittest.TestCase):
    """The needles are right: FIPS 197, appendices A.3 and C.3; SP 800-38D test case 13."""

    def test_key_expansion(self):
        key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
        self.assertEqual(round_keys(key)[14].hex(), "fe4890d1e6188d0b046df344706c631e")

    def test_block(self):
        block = bytes.fromhex("00112233445566778899aabbccddeeff")
        self.assertEqual(encrypt_block(bytes(range(32)), block).hex(),
                         "8ea2b7ca516745bfeafc49904b496089")

    def test_ghash_key(self):
        self.assertEqual(ghash_key(bytes(32)).hex(), "dc95c078a2408989ad48a21492842087")


class MemoryScan(unittest.TestCase):
    """A busy daemon is searched while it runs."""

    def setUp(self):
        need_root(self)
        if SANITIZER:
            if "thread" in SANITIZER or "address" in SANITIZER:
                self.skipTest("sanitizer build: its shadow memory is beyond reading")

    def use(self, daemon, values):
        """Stores, fetches (from the store and from the cache), rotates and deletes."""
        def one_client(number):
            with daemon.connect() as client:
                for size in SIZES:
                    name = f"integration-{number}-{size}"
                    for step in ("set", "rotate"):
                        value = secrets.token_hex(size // 2 + 1)[:size]
                        values[f"{step} {name}"] = value.encode()
                        getattr(client, step)("cmp_control", name, value)
                        for _ in range(3):
                            self.assertEqual(client.fetch("cmp_control", name).reveal(), value)
                client.delete("cmp_control", f"integration-{number}-20")

        threads = [threading.Thread(target=one_client, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(values), 4 * len(SIZES) * 2)

    def scan(self, daemon, needles):
        scanner = Scanner(needles)
        scanner.scan_memory(daemon.process.pid)
        scanner.scan_core(daemon.process.pid, daemon.home)
        scanner.scan("log", daemon.log().encode())
        key = daemon.key.read_bytes()
        daemon.key.unlink()  # the one file that may hold it
        scanner.scan_files(daemon.home)
        daemon.key.write_bytes(key)
        return scanner

    def test_K1_S3_nothing_is_left_anywhere(self):
        values = {}
        with Daemon("--log-level", "debug") as daemon:
            self.use(daemon, values)
            with daemon.connect() as idle, daemon.connect() as client:
                mode = client.status()["memory_mode"]
                idle.ping()
                needles = needles_of_key(daemon.key.read_bytes())
                for name, value in values.items():
                    needles |= needles_of_value(name, value)
                scanner = self.scan(daemon, needles)
                control = self.scan(daemon, {"control": b"cmp_control"})
        self.assertEqual(scanner.findings, [])
        self.assertGreater(scanner.bytes_read, 50_000_000)
        # The same search finds what is really there: in memory, in the core and in the file.
        for place in ("[heap]", "core", "coffer.db"):
            self.assertTrue(any(place in found for found in control.findings), place)
        if mode == "memfd_secret":
            self.assertTrue(any("secretmem" in line for line in scanner.unreadable))
        else:
            skip_or_fail(self, f"the arena is {mode}, not memfd_secret: root could read it")

    def test_the_scanner_finds_a_planted_value(self):
        value = secrets.token_hex(100)
        program = "import sys; kept = sys.stdin.readline(); print('ready', flush=True);" \
                  "sys.stdin.readline()"
        with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as child:
            child.stdin.write(value + "\n")
            child.stdin.flush()
            self.assertEqual(child.stdout.readline(), "ready\n")
            scanner = Scanner(needles_of_value("planted", value.encode()))
            scanner.scan_memory(child.pid)
            child.stdin.write("\n")
        self.assertGreaterEqual(len(scanner.findings), 3)


if __name__ == "__main__":
    unittest.main()
