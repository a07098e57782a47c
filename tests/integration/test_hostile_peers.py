"""P3: a hostile, broken or stuck peer gets its typed error or is shed, and nobody else notices."""

import contextlib
import resource
import subprocess
import unittest

import coffer
from coffer import wire
from daemon import Daemon, SANITIZER, eventually, field
from raw_peer import HELLO, RawPeer, fetch, header, request

LIMITS = """
[limits]
frame_timeout_ms = 300
write_timeout_ms = 300
buffered_per_uid_max = 1048576
"""


class HostilePeers(unittest.TestCase):
    """One misbehaves; another fetches all along."""

    def start(self, config=LIMITS):
        daemon = Daemon(config=config)
        self.addCleanup(daemon.close)
        self.other = daemon.connect()
        self.addCleanup(self.other.close)
        self.other.set("cmp_a", "slack", "xoxb-1")
        self.other.set("cmp_a", "large", "v" * 65536)
        self.assert_others_served()
        return daemon

    def assert_others_served(self):
        for _ in range(50):
            self.assertEqual(self.other.fetch("cmp_a", "slack").reveal(), "xoxb-1")

    def assert_shed(self, daemon, limit):
        line = daemon.line("connection_shed", limit)
        self.assertEqual(field(line, "limit"), limit)
        self.assertIsNotNone(field(line, "uid"))
        self.assert_others_served()

    def test_a_stall_in_mid_frame(self):
        daemon = self.start()
        for part in (b"\0", header(100)[:6], fetch("slack")[:-1]):
            with RawPeer(daemon.socket) as peer:
                peer.send(part)
                self.assert_others_served()
                self.assertEqual(peer.error(), "timed_out")
                self.assertTrue(peer.ended())
        self.assert_shed(daemon, "frame_timeout_ms")

    def test_a_drip_does_not_renew_the_deadline(self):
        daemon = self.start()
        with RawPeer(daemon.socket) as peer:
            frame = request("integration_set", company="cmp_a", integration="x", value=b"v" * 60000)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for byte in frame:
                    peer.send(bytes([byte]))
                    self.assert_others_served()
        self.assert_shed(daemon, "frame_timeout_ms")

    def test_one_that_never_reads(self):
        daemon = self.start()
        with RawPeer(daemon.socket) as peer:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                peer.socket.setblocking(False)
                while not daemon.lines("connection_shed"):
                    with contextlib.suppress(BlockingIOError):
                        peer.send(fetch("large") * 8)
                    self.assert_others_served()
        line = daemon.line("connection_shed")
        self.assertIn(field(line, "limit"), ("write_timeout_ms", "buffered_share"))
        self.assert_others_served()

    def test_frames_that_cannot_be_read_end_the_connection(self):
        daemon = self.start()
        cases = [(header(7), "malformed_frame"), (header(0), "malformed_frame"),
                 (header(8, reserved=1), "malformed_frame"),
                 (header(8, flags=2), "malformed_frame"),
                 (header(8, flags=1), "malformed_frame"), (header(2000), "frame_too_large"),
                 (header(1 << 24, opcode=0x10), "frame_too_large"),
                 (b"GET / HTTP/1.1\r\n\r\n", "frame_too_large"), (b"\xff" * 64, "frame_too_large")]
        for data, expected in cases:
            with self.subTest(data[:12]), RawPeer(daemon.socket) as peer:
                peer.send(data)
                self.assertEqual(peer.error(), expected)
                self.assertTrue(peer.ended())
        self.assert_others_served()

    def test_errors_inside_a_frame_leave_the_connection_open(self):
        daemon = self.start()
        company, name = b"\1\0\0\0\5cmp_a", b"\2\0\0\0\5slack"
        cases = [(company + b"\2\0\0\0\6slack", "truncated_field"),
                 (company + name + b"\3", "trailing_bytes"),
                 (company + name + name, "duplicate_field"),
                 (name + company, "field_order"), (company, "missing_field"),
                 (company + b"\2\0\0\0\5sl ck", "invalid_field"),
                 (company + b"\2\0\0\0\x81" + b"x" * 129, "invalid_field")]
        with RawPeer(daemon.socket) as peer:
            for fields, expected in cases:
                with self.subTest(expected):
                    peer.send(wire.encode_frame(0x15, 0, 9, fields))
                    self.assertEqual(peer.error(), expected)
            peer.send(wire.encode_frame(0x7F, 0, 9, b"whatever"))
            self.assertEqual(peer.error(), "unknown_operation")
            peer.send(fetch("slack") + fetch("unheard-of"))
            self.assertEqual(peer.receive()[1], wire.FLAG_REPLY)
            self.assertEqual(peer.error(), "not_found")

    def test_P1_the_conversation_has_its_order(self):
        daemon = self.start()
        with RawPeer(daemon.socket, greet=False) as peer:
            peer.send(fetch("slack"))
            self.assertEqual(peer.error(), "hello_expected")
            self.assertTrue(peer.ended())
        with RawPeer(daemon.socket, greet=False) as peer:
            peer.send(request("hello", version_min=2, version_max=9))
            self.assertEqual(peer.error(), "unsupported_version")
            self.assertTrue(peer.ended())
        with RawPeer(daemon.socket) as peer:
            peer.send(HELLO)
            self.assertEqual(peer.error(), "unexpected_hello")
            peer.send(request("ping"))
            self.assertEqual(peer.receive()[:2], (0x02, wire.FLAG_REPLY))

    def test_P1_pipelined_requests_all_get_their_reply(self):
        daemon = self.start()
        with RawPeer(daemon.socket, greet=False) as peer:
            peer.send(HELLO + b"".join(fetch("slack", i) for i in range(1000)))
            peer.socket.shutdown(1)  # a peer that has said all still hears all
            ids = [peer.receive()[2] for _ in range(1001)]
            self.assertEqual(sorted(ids[1:]), list(range(1000)))
            self.assertTrue(peer.ended())

    def test_P1_large_values_pipelined_to_a_slow_reader(self):
        daemon = self.start(config="")
        with RawPeer(daemon.socket) as peer:
            peer.send(b"".join(fetch("large", i) for i in range(64)))
            for _ in range(64):
                frame = peer.receive()
                self.assertEqual(frame[1], wire.FLAG_REPLY)
                self.assertIn(b"v" * 65536, frame[3])

    def test_requests_that_wait_for_the_store_take_their_turn(self):
        daemon = self.start(config="[limits]\nin_flight_max = 2\n")
        with RawPeer(daemon.socket) as peer:
            peer.send(b"".join(request("integration_show", i, company="cmp_a", integration="slack")
                               for i in range(500)))
            self.assert_others_served()
            replies = [peer.receive() for _ in range(500)]
        self.assertEqual({flags for _, flags, _, _ in replies}, {wire.FLAG_REPLY})
        self.assertEqual(sorted(number for _, _, number, _ in replies), list(range(500)))

    def test_too_many_connections_of_one_user(self):
        daemon = self.start(config="[limits]\nconnections_per_uid_max = 20\n")
        with contextlib.ExitStack() as stack:
            for _ in range(19):
                stack.enter_context(RawPeer(daemon.socket))
            with RawPeer(daemon.socket, greet=False) as one_more:
                self.assertEqual(one_more.error(), "too_many_connections")
                self.assertTrue(one_more.ended())
            self.assert_shed(daemon, "connections_per_uid_max")
        eventually(lambda: self.other.status()["connections"] == 1, "they are gone")
        RawPeer(daemon.socket).close()

    def test_thousands_of_idle_connections_and_one_that_misbehaves(self):
        count = 500 if SANITIZER else 5000
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        daemon = self.start()
        with contextlib.ExitStack() as stack:
            for _ in range(count):
                stack.enter_context(RawPeer(daemon.socket, greet=False))
            bad = stack.enter_context(RawPeer(daemon.socket))
            bad.send(header(100, opcode=0x15))
            self.assert_others_served()
            self.assertGreater(self.other.status()["connections"], count)
            self.assertEqual(bad.error(), "timed_out")
            self.assert_others_served()

    def test_running_out_of_descriptors_pauses_accepting_and_recovers(self):
        daemon = self.start()
        open_now = len(subprocess.run(["ls", f"/proc/{daemon.process.pid}/fd"], check=True,
                                      capture_output=True, text=True).stdout.split())
        subprocess.run(["prlimit", f"--pid={daemon.process.pid}", f"--nofile={open_now + 3}"],
                       check=True)
        peers = [RawPeer(daemon.socket, greet=False) for _ in range(10)]
        self.addCleanup(lambda: [peer.close() for peer in peers])
        eventually(lambda: daemon.lines("accepting_paused"), "accepting pauses")
        self.assert_others_served()
        for peer in peers[:8]:
            peer.close()
        for peer in peers[8:]:  # these waited in the backlog
            peer.send(HELLO)
            self.assertEqual(peer.receive()[1], wire.FLAG_REPLY)
        self.assert_others_served()


class Outage(unittest.TestCase):
    """What clients say when there is nobody."""

    def test_no_daemon_is_said_with_its_path(self):
        with self.assertRaises(coffer.Unavailable) as raised:
            coffer.connect("/nonexistent/coffer.sock")
        self.assertIn("/nonexistent/coffer.sock", str(raised.exception))


if __name__ == "__main__":
    unittest.main()
