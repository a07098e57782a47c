"""An orderly stop, and what a disorderly one leaves behind."""

import os
import signal
import threading
import unittest

import coffer
from coffer import wire
from daemon import Daemon, eventually
from raw_peer import RawPeer, fetch, request


class Stop(unittest.TestCase):
    """SIGTERM drains; SIGKILL leaves nothing that stands in the way."""

    def start(self, config=""):
        daemon = Daemon(config=config)
        self.addCleanup(daemon.close)
        return daemon

    def test_SIGTERM_ends_in_order(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            daemon = self.start()
            with daemon.connect() as client:
                client.set("cmp_a", "slack", "xoxb-1")
                self.assertEqual(daemon.stop(how), 0)
            self.assertFalse(os.path.exists(daemon.socket))
            self.assertTrue(daemon.lines("info", "stopped"))

    def test_what_was_read_is_answered_and_the_rest_is_told_so(self):
        daemon = self.start()
        acknowledged, unread = [], []

        def write(number):
            client = daemon.connect()
            try:
                for i in range(10_000):
                    client.set(f"cmp_{number}", f"i{i}", f"value {i}")
                    acknowledged.append((number, i))
            except coffer.Unavailable:
                unread.append(number)

        writers = [threading.Thread(target=write, args=(i,)) for i in range(4)]
        for writer in writers:
            writer.start()
        eventually(lambda: len(acknowledged) > 20, "some writes are acknowledged")
        self.assertEqual(daemon.stop(), 0)
        for writer in writers:
            writer.join()
        self.assertEqual(len(unread), 4)
        daemon.start()
        with daemon.connect() as client:
            for number, i in acknowledged:
                self.assertEqual(client.fetch(f"cmp_{number}", f"i{i}").reveal(), f"value {i}")

    def test_what_got_no_reply_was_not_done(self):
        daemon = self.start()
        with RawPeer(daemon.socket) as peer:
            peer.send(b"".join(request("integration_set", i, company="cmp_a", integration=f"i{i}",
                                       value=b"v") for i in range(1000)))
            first = peer.receive()
            daemon.process.send_signal(signal.SIGTERM)
            frames = [first]
            while (frame := peer.receive()) is not None:
                frames.append(frame)
        self.assertEqual(daemon.wait(), 0)
        *replies, last = frames
        self.assertEqual(wire.decode_fields(wire.ERROR, last[3])["name"], "shutting_down")
        self.assertEqual({flags for _, flags, _, _ in replies}, {wire.FLAG_REPLY})
        self.assertLess(len(replies), 1000, "it was not stopped in the middle")
        daemon.start()
        with daemon.connect() as client:
            self.assertEqual({one.integration for one in client.list("cmp_a")},
                             {f"i{request_id}" for _, _, request_id, _ in replies})

    def test_an_idle_connection_hears_that_the_daemon_stops(self):
        daemon = self.start()
        with RawPeer(daemon.socket) as peer:
            daemon.process.send_signal(signal.SIGTERM)
            opcode, _, request_id, fields = peer.receive()
            self.assertEqual((opcode, request_id), (0, 0))
            self.assertEqual(wire.decode_fields(wire.ERROR, fields)["name"], "shutting_down")
            self.assertTrue(peer.ended())
        self.assertEqual(daemon.wait(), 0)

    def test_a_client_goes_on_with_the_next_daemon(self):
        daemon = self.start()
        with daemon.connect() as client:
            client.set("cmp_a", "slack", "xoxb-1")
            self.assertEqual(daemon.stop(), 0)
            daemon.start()
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")
            self.assertEqual(daemon.stop(), 0)
            daemon.start()
            client.rotate("cmp_a", "slack", "xoxb-2")  # was told that it had not been read
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-2")

    def test_a_stuck_peer_does_not_hold_it_past_the_deadline(self):
        daemon = self.start("[limits]\ndrain_timeout_ms = 200\nwrite_timeout_ms = 3600000\n")
        with daemon.connect() as client:
            client.set("cmp_a", "large", "v" * 65536)
        with RawPeer(daemon.socket) as peer:
            peer.send(fetch("large") * 12)  # more than the kernel buffers, and never read
            eventually(lambda: peer.socket.recv(1, 2), "replies are under way")
            self.assertEqual(daemon.stop(), 0)
        self.assertTrue(daemon.lines("drain_timeout"))

    def test_the_socket_of_a_killed_daemon_is_replaced(self):
        daemon = self.start()
        with daemon.connect() as client:
            client.set("cmp_a", "slack", "xoxb-1")
        daemon.kill()
        self.assertTrue(os.path.exists(daemon.socket))
        daemon.start()
        with daemon.connect() as client:
            self.assertEqual(client.fetch("cmp_a", "slack").reveal(), "xoxb-1")


if __name__ == "__main__":
    unittest.main()
