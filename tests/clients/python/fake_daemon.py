"""A daemon that does what a test tells it to, on a socket of its own."""

import contextlib
import os
import pathlib
import socket
import tempfile
import threading

from coffer import wire

ACCEPT_TIMEOUT, JOIN_TIMEOUT = 20, 30  # seconds


def reply(operation, request_id, **fields):
    """A whole reply."""
    opcode, _, _, kinds = wire.OPERATIONS[operation]
    return wire.encode_frame(opcode, wire.FLAG_REPLY, request_id, wire.encode_fields(kinds, fields))


def error(opcode, request_id, code, name):
    """A whole error reply."""
    fields = wire.encode_fields(wire.ERROR, {"code": code, "name": name, "text": "told so"})
    return wire.encode_frame(opcode, wire.FLAG_REPLY | wire.FLAG_ERROR, request_id, fields)


def hello(request_id, **other):
    """The usual answer to hello, but for `other` fields."""
    return reply("hello", request_id, **{
        "version": 1, "server": "fake", "frame_size_max": 1 << 20, "secret_size_max": 65536,
        "in_flight_max": 4, **other})


def fetched(request_id, value=b"xoxb-1"):
    """The usual answer to a fetch."""
    return reply("integration_fetch", request_id, value=value, version=1, freshness="fresh")


def answering(**answers):
    """A script that greets and answers operations by their names: with fields of a reply, with the
    (code, name) of an error, or with a list of these, one after the other. What it was asked stands
    in its list `asked`."""
    def script(connection):
        connection.greet()
        while (question := connection.question()) is not None:
            operation, number, fields = question
            script.asked.append((operation, fields))
            answer = answers[operation]
            answer = answer.pop(0) if isinstance(answer, list) else answer
            connection.send(reply(operation, number, **answer) if isinstance(answer, dict)
                            else error(wire.OPERATIONS[operation][0], number, *answer))

    script.asked = []
    return script


class FakeDaemon:
    """Each connection is given to the next of `scripts`, as functions of a Connection. `uid`: the
    user that the kernel says listens; another one than this process's needs root."""

    def __init__(self, *scripts, uid=None):
        self.folder = tempfile.TemporaryDirectory(prefix="coffer-fake-")
        self.path = str(pathlib.Path(self.folder.name) / "s")
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(self.path)
        own = os.geteuid()
        os.seteuid(own if uid is None else uid)  # the kernel notes it at listen()
        self.door.listen()
        os.seteuid(own)
        self.door.settimeout(ACCEPT_TIMEOUT)
        self.connections, self.over = 0, False
        self.thread = threading.Thread(target=self._serve, args=(scripts,), daemon=True)
        self.thread.start()

    def _serve(self, scripts):
        with self.door:
            for script in scripts:
                peer, _ = self.door.accept()
                if self.over:
                    peer.close()
                    return
                self.connections += 1
                with peer, contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    script(Connection(peer))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over = True
        with socket.socket(socket.AF_UNIX) as knock, contextlib.suppress(OSError):
            knock.connect(self.path)  # wakes accept() if a script was not reached
        self.thread.join(JOIN_TIMEOUT)
        self.folder.cleanup()
        if self.thread.is_alive():
            raise AssertionError("the fake daemon's script hangs")


class Connection:
    """The fake's end of a connection."""

    def __init__(self, peer):
        self.peer, self._buffer = peer, b""

    def request(self):
        """The id of the next request; None at the end."""
        question = self.question()
        return None if question is None else question[1]

    def question(self):
        """(operation, id, fields) of the next request; None at the end."""
        while (head := wire.split(self._buffer)) is None:
            more = self.peer.recv(65536)
            if not more:
                return None
            self._buffer += more
        size, opcode, _, number = head
        operation = next(name for name, row in wire.OPERATIONS.items() if row[0] == opcode)
        fields = wire.decode_fields(wire.OPERATIONS[operation][2],
                                    self._buffer[wire.HEADER_SIZE : size])
        self._buffer = self._buffer[size:]
        return operation, number, {name: bytes(one) if isinstance(one, memoryview) else one
                                   for name, one in fields.items()}

    def send(self, data, one_by_one=False):
        """Sends all at once, or a byte at a time."""
        for part in ([data[i : i + 1] for i in range(len(data))] if one_by_one else [data]):
            self.peer.sendall(part)

    def greet(self):
        """Answers hello."""
        self.send(hello(self.request()))
        return self

    def until_closed(self):
        """Waits for the client to go."""
        while self.request() is not None:
            pass
