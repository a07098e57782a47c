"""K1, S3: neither the key nor its schedule nor any value is found where it does not belong."""

import contextlib
import pathlib
import secrets
import subprocess
import sys
import tempfile
import threading
import unittest

import coffer
from aes_schedule import encrypt_block, ghash_key, ghash_powers, multiply, round_keys
from daemon import Daemon, SANITIZER, field, need_root, skip_or_fail
from memory_scan import Scanner, WINDOW, locked_and_undumped, needles_of_key, searchable
from raw_peer import RawPeer, fetch, request

SIZES = (20, 200, 10_000, 65_536)
COMPANY = "cmp_a"
MARKER = b"integration-0-200"  # an id: not secret, and surely somewhere in memory

# Executed in front of the daemon: the kernel says that it has no memfd_secret (447 on every
# architecture), as Debian 12's does. A BPF program: load the number; 447: ENOSYS; else allow.
WITHOUT_MEMFD_SECRET = """
import ctypes, os, struct, sys
code = b"".join(struct.pack("HBBI", *one) for one in
                ((0x20, 0, 0, 0), (0x15, 0, 1, 447), (6, 0, 0, 0x50026), (6, 0, 0, 0x7fff0000)))
program = ctypes.create_string_buffer(code, len(code))
filter = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4, ctypes.addressof(program)))
prctl = ctypes.CDLL(None, use_errno=True).prctl
assert prctl(38, 1, 0, 0, 0) == 0 and prctl(22, 2, filter, 0, 0) == 0, ctypes.get_errno()
os.execv(sys.argv[1], sys.argv[1:])
"""


class AesSchedule(unittest.TestCase):
    """The needles are right: FIPS 197, appendices A.3 and C.3; SP 800-38D."""

    def test_key_expansion(self):
        key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
        self.assertEqual(round_keys(key)[14].hex(), "fe4890d1e6188d0b046df344706c631e")

    def test_block(self):
        block = bytes.fromhex("00112233445566778899aabbccddeeff")
        self.assertEqual(encrypt_block(bytes(range(32)), block).hex(),
                         "8ea2b7ca516745bfeafc49904b496089")

    def test_ghash_key_and_its_powers(self):
        self.assertEqual(ghash_key(bytes(32)).hex(), "dc95c078a2408989ad48a21492842087")
        # Test case 14: one block of ciphertext, and of lengths.
        ciphertext = bytes.fromhex("cea7403d4d606b6e074ec5d3baf39d18")
        h, h2 = ghash_powers(bytes(32), 2)
        parts = (multiply(ciphertext, h2), multiply((128).to_bytes(16, "big"), h),
                 encrypt_block(bytes(32), (1).to_bytes(16, "big")))
        tag = [a ^ b ^ c for a, b, c in zip(*parts)]
        self.assertEqual(bytes(tag).hex(), "d0d1c8a799996bf0265b98b5d48ab919")


class MemoryScan(unittest.TestCase):
    """A busy daemon is searched while it runs."""

    def setUp(self):
        need_root(self)
        if SANITIZER:
            self.skipTest("sanitizer build: its shadow memory is beyond reading")
        self.values = {}
        self.open = contextlib.ExitStack()
        self.addCleanup(self.open.close)

    def new_value(self, name, size):
        return self.values.setdefault(name, searchable(size))

    def use(self, daemon):
        """Stores, fetches (from the store and from the cache), rotates and deletes."""
        def one_client(number):
            with daemon.connect() as client:
                for size in SIZES:
                    name = f"integration-{number}-{size}"
                    for step in ("set", "rotate"):
                        value = self.new_value(f"{step} {name}", size)
                        getattr(client, step)(COMPANY, name, value)
                        for _ in range(3):
                            self.assertEqual(client.fetch(COMPANY, name).reveal_bytes(), value)
                client.delete(COMPANY, f"integration-{number}-20")

        threads = [threading.Thread(target=one_client, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.values), 4 * len(SIZES) * 2)

    def end_with_fetches(self, daemon):
        """Nothing comes after them that would overwrite what they leave."""
        client = self.open.enter_context(daemon.connect())
        client.set(COMPANY, "last", self.new_value("last", 200))
        client.fetch(COMPANY, "last")
        client.fetch(COMPANY, "integration-1-10000")

    def end_with_refusals(self, daemon):
        """A value in a refused, a malformed, a late and an unfinished request, one in replies that
        nobody reads, and a rotation last."""
        with RawPeer(daemon.socket) as peer:
            frame = request("integration_set", company=COMPANY, integration="not-an-id",
                            value=self.new_value("malformed", 300))
            peer.send(frame.replace(b"not-an-id", b"not an id"))
            self.assertEqual(peer.error(), "invalid_field")
        unfinished = self.open.enter_context(RawPeer(daemon.socket))
        frame = request("integration_set", company=COMPANY, integration="half",
                        value=self.new_value("unfinished", 50_000))
        for at in range(0, 40_000, 1000):
            unfinished.send(frame[at : at + 1000])
        unread = self.open.enter_context(RawPeer(daemon.socket))
        unread.send(fetch("integration-0-65536") * 20)
        client = self.open.enter_context(daemon.connect())
        with self.assertRaises(coffer.AlreadyExists):
            client.set(COMPANY, "integration-1-200", self.new_value("refused", 400))
        client.rotate(COMPANY, "integration-1-200", self.new_value("rotated last", 24))

    def scan(self, daemon, needles, values, skip=()):
        scanner = Scanner(needles, values)
        scanner.scan_memory(daemon.process.pid, skip)
        scanner.scan_core(daemon.process.pid, daemon.home)
        scanner.scan("log", daemon.log().encode())
        scanner.scan_files(daemon.home, skip=daemon.key)  # the one file that may hold it
        return scanner

    def assert_nothing_left(self, daemon, skip=()):
        scanner = self.scan(daemon, needles_of_key(daemon.key.read_bytes()), self.values, skip)
        self.assertEqual(scanner.findings, [])
        # The same search finds what is really there: in memory, in the core and in the file.
        control = self.scan(daemon, {MARKER: "marker"}, {}, skip)
        for place in ("rw-p", "core", "coffer.db"):
            self.assertTrue(any(place in found for found in control.findings), place)
        return scanner

    def test_K1_S3_nothing_is_left_after_fetches(self):
        with Daemon("--log-level", "debug") as daemon:
            mode = field(daemon.line("memory_locked"), "mode")
            if mode != "memfd_secret":
                skip_or_fail(self, f"this kernel's arena is {mode}: see the test of mlock")
            self.use(daemon)
            self.end_with_fetches(daemon)
            scanner = self.assert_nothing_left(daemon)
            arena = [line for line in scanner.unreadable if "secretmem" in line]
            self.assertEqual(len(arena), 1, "not even root reads it")

    def test_K1_S3_nothing_is_left_after_refusals_in_mlock_mode(self):
        wrapper = [sys.executable, "-c", WITHOUT_MEMFD_SECRET]
        # The scan of a busy machine takes longer than a frame may by default.
        patient = "[limits]\nframe_timeout_ms = 600000\nwrite_timeout_ms = 600000\n"
        with Daemon("--log-level", "debug", wrapper=wrapper, config=patient) as daemon:
            locked = daemon.line("memory_locked")
            self.assertEqual(field(locked, "mode"), "mlock")
            self.use(daemon)
            self.end_with_refusals(daemon)
            arena = locked_and_undumped(daemon.process.pid)
            self.assertEqual(list(arena.values()), [int(field(locked, "bytes"))])
            self.assert_nothing_left(daemon, skip=arena)
            # What was left out is the right place: that is where they are.
            inside = Scanner(needles_of_key(daemon.key.read_bytes()), self.values)
            inside.scan_memory(daemon.process.pid)
            for what in ("round key 14", "GHASH key ^ 1", "unfinished", "bytes of rotate"):
                self.assertTrue(any(what in found for found in inside.findings), what)

    def test_the_scanner_finds_fragments_that_were_planted(self):
        value, key = searchable(100), secrets.token_bytes(32)
        planted = value[40 : 40 + WINDOW] + bytes(3) + round_keys(key)[7][:WINDOW] + bytes(5)
        program = "import sys; kept = bytearray.fromhex(sys.stdin.readline());" \
                  "print('ready', flush=True); sys.stdin.readline()"
        with tempfile.TemporaryDirectory() as folder, \
                subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True) as child:
            child.stdin.write(planted.hex() + "\n")
            child.stdin.flush()
            self.assertEqual(child.stdout.readline(), "ready\n")
            for scan in (lambda one: one.scan_memory(child.pid),
                         lambda one: one.scan_core(child.pid, pathlib.Path(folder))):
                scanner = Scanner(needles_of_key(key), {"planted": value})
                scan(scanner)
                found = "\n".join(scanner.findings)
                self.assertIn(f": {WINDOW} bytes of planted from 40", found)
                self.assertIn(": round key 7", found)
            child.stdin.write("\n")


if __name__ == "__main__":
    unittest.main()
