"""A peer that speaks the wire by hand, and need not be polite."""

import socket
import struct

from coffer import wire

HELLO = wire.encode_frame(0x01, 0, 1, wire.encode_fields(
    wire.OPERATIONS["hello"][2], {"version_min": 1, "version_max": 1}))


def request(operation, request_id=7, **fields):
    """A whole request."""
    opcode, _, kinds, _ = wire.OPERATIONS[operation]
    return wire.encode_frame(opcode, 0, request_id, wire.encode_fields(kinds, fields))


def fetch(integration, request_id=7):
    """A fetch of cmp_a."""
    return request("integration_fetch", request_id, company="cmp_a", integration=integration)


class RawPeer:
    """A connection; close() or use as a context manager."""

    def __init__(self, path, greet=True, timeout=30):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self._buffer = b""
        if greet:
            self.send(HELLO)
            self.receive()

    @classmethod
    def of_descriptor(cls, fd, timeout=30):
        """On a connection that somebody else made and greeted."""
        peer = cls.__new__(cls)
        peer.socket, peer._buffer = socket.socket(fileno=fd), b""
        peer.socket.settimeout(timeout)
        return peer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """The next frame: (opcode, flags, request id, fields), or None at the end."""
        while (head := wire.split(self._buffer)) is None:
            try:
                more = self.socket.recv(1 << 20)
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            self._buffer += more
        size, opcode, flags, request_id = head
        fields, self._buffer = self._buffer[12:size], self._buffer[size:]
        return opcode, flags, request_id, fields

    def error_or_reply(self):
        """The name of an error, or "reply"."""
        frame = self.receive()
        if not frame[1] & wire.FLAG_ERROR:
            return "reply"
        return wire.decode_fields(wire.ERROR, frame[3])["name"]

    def error(self):
        """The name of the error that comes next; None at the end of the connection."""
        frame = self.receive()
        if frame is None:
            return None
        if not frame[1] & wire.FLAG_ERROR:
            raise AssertionError(f"no error, but a reply: {frame[:3]}")
        return wire.decode_fields(wire.ERROR, frame[3])["name"]

    def ended(self):
        """Whether the daemon has closed the connection, waiting for it."""
        return self.receive() is None


def header(length, opcode=0x15, flags=0, reserved=0, request_id=7):
    """Twelve bytes, right or wrong."""
    return struct.pack(">IBBHI", length, opcode, flags, reserved, request_id)
