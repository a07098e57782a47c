"""One greeted connection to the daemon, for one request at a time (protocol/SPEC.md, section 1)."""

import os
import socket
import time

from . import place as places, wire
from .errors import InvalidField, ProtocolError, Timeout, Unavailable, error_of

_CLIENT = "coffer-python 0.1.0"
_REPLY_SIZE_FIRST = 4096  # bytes: most replies fit
_BACKLOG_PAUSE = 0.01  # seconds
# Codes behind which the daemon closes the connection (SPEC.md, section 7). The first two may come
# before the daemon had read the request's id.
_UNFRAMED = frozenset((1, 2))
_CLOSING = _UNFRAMED | {10, 11, 30, 33, 34}


class Broken(Exception):
    """The connection ended. `unread`: the daemon certainly did not carry out the request.
    `silent`: not a byte of a reply has come."""

    def __init__(self, unread=False, silent=False):
        super().__init__()
        self.unread, self.silent = unread, silent


def wipe(buffer):
    """Overwrites a bytearray in place."""
    buffer[:] = bytes(len(buffer))


class Connection:
    """A connection over a connected socket, which it owns; `path` names the daemon in errors;
    `server` is the uid that serves it, None if another process has judged that. Make one by
    greeted(), unless another process has greeted.

    Not for several threads, nor for another process than `pid`. After an exception, and when
    `ended` is set, it is of no more use than to be closed.
    """

    def __init__(self, connected, path, server=None):
        self._socket, self._path, self._next_id = connected, path, 0
        self._server = server
        self._buffer = bytearray(_REPLY_SIZE_FIRST)  # wiped whenever nothing is being received
        self._frame_size_max = wire.FRAME_SIZE_MAX
        self.pid, self.ended = os.getpid(), False

    @classmethod
    def greeted(cls, place, deadline):
        """Connects and greets. Raises Unavailable, Timeout, InvalidField, ProtocolError or the
        daemon's refusal."""
        opened = _opened(place, deadline)
        made = cls(opened, place.path, places.server_of(opened))
        try:
            made._greet(deadline)
            return made
        except Broken:
            made.close()
            raise Unavailable(f"the daemon at {place.path} closed the connection: is it stopping? "
                              "Retry after a moment") from None
        except BaseException:
            made.close()
            raise

    def close(self):
        """Closes this process's descriptor. Never fails."""
        self._socket.close()

    def shareable_fd(self):
        """The descriptor, still owned here, in the mode that other users of it expect: blocking."""
        self._socket.setblocking(True)
        return self._socket.fileno()

    def detach(self):
        """The same, owned by the caller from now on."""
        self._socket.setblocking(True)
        return self._socket.detach()

    def check_server(self, told):
        """Raises UntrustedServer if a secret may not go there; `told`: a uid to trust, or None."""
        if self._server is not None:
            places.check_server(self._server, self._path, told)

    def exchange(self, operation, frame, convert, deadline):
        """Sends `frame` under the next request id. Returns what `convert` makes of the reply, which
        may not keep views of it, or the daemon's refusal as an Error to raise. Raises Broken,
        Timeout, ProtocolError."""
        if len(frame) > self._frame_size_max:
            return InvalidField(f"{operation}: the daemon takes {self._frame_size_max} bytes")
        self._next_id = (self._next_id + 1) & 0xFFFFFFFF
        wire.set_request_id(frame, self._next_id)
        try:
            try:
                self._socket.settimeout(deadline.left())
                self._socket.sendall(frame)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the reason may still be there to read
            return self._receive(operation, convert, deadline)
        except socket.timeout:
            raise Timeout(f"the daemon at {self._path} did not answer in time: see whether it is "
                          "busy, or raise the timeout") from None

    def _greet(self, deadline):
        hello = wire.encode_request("hello", {
            "version_min": wire.VERSION, "version_max": wire.VERSION, "client": _CLIENT})
        self._frame_size_max = len(hello)
        said = self.exchange("hello", hello, dict, deadline)
        if isinstance(said, Exception):
            raise said
        if said["version"] != wire.VERSION:
            raise ProtocolError(f"the daemon chose protocol {said['version']}, this client speaks "
                                f"{wire.VERSION}: upgrade the older side", 10,
                                "unsupported_version")
        if said["frame_size_max"] < wire.HEADER_SIZE or said["in_flight_max"] < 1:
            raise ProtocolError("the daemon's limits allow no request: upgrade it")
        self._frame_size_max = said["frame_size_max"]

    def _receive(self, operation, convert, deadline):
        buffer, size = self._buffer, 0
        try:
            while True:
                room = memoryview(buffer)[size:] if size else buffer
                got = self._received(room, deadline)
                if got == 0:
                    raise Broken(silent=size == 0)
                size += got
                data = memoryview(buffer)[:size]
                head = wire.split(data)
                if head is not None:
                    if size > head[0]:
                        self._hear_farewell(data[head[0]:])
                    return self._judge(operation, head, data[wire.HEADER_SIZE:head[0]], convert)
                need = size + wire.missing(data)
                if need > len(buffer):
                    buffer = _larger(buffer, size, need)
        except wire.WireError as error:
            raise ProtocolError(f"the reply is malformed ({error}): is this cofferd's socket, and "
                                "of this client's age?") from None
        finally:
            buffer[:size] = bytes(size)

    def _received(self, room, deadline):
        try:
            self._socket.settimeout(deadline.left())
            return self._socket.recv_into(room)
        except ConnectionResetError:
            return 0

    def _hear_farewell(self, rest):
        # Behind the one reply that was asked for, only the daemon's last word may come.
        if len(rest) > 4 and rest[4] != 0:
            raise ProtocolError("bytes behind the reply")
        self.ended = True

    def _judge(self, operation, head, fields, convert):
        _, opcode, flags, request_id = head
        expected, _, _, kinds = wire.OPERATIONS[operation]
        ours = opcode == expected and request_id == self._next_id
        if flags & wire.FLAG_ERROR:
            said = wire.decode_fields(wire.ERROR, fields)
            return self._refusal(ours, opcode == request_id == 0, said)
        if not ours or flags != wire.FLAG_REPLY:
            raise ProtocolError("the reply belongs to another request")
        return convert(wire.decode_fields(kinds, fields))

    def _refusal(self, ours, of_connection, said):
        code = said["code"]
        if of_connection and said["name"] == "shutting_down":
            raise Broken(unread=True)
        if not ours and not of_connection and code not in _UNFRAMED:
            raise ProtocolError("the error belongs to another request")
        self.ended = self.ended or not ours or code in _CLOSING
        return error_of(code, said["name"], said["text"], self._path)


def _opened(place, deadline):
    address = places.address(place)
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        while True:
            opened.settimeout(deadline.left())
            try:
                opened.connect(address)
                return opened
            except BlockingIOError:  # a full backlog says so at once, whatever the timeout
                time.sleep(_BACKLOG_PAUSE)
    except socket.timeout:
        opened.close()
        raise Timeout(f"the daemon at {place.path} did not accept in time: see whether it is busy, "
                      "or raise the timeout") from None
    except OSError as error:
        opened.close()
        raise places.unreachable(place, error) from None
    except BaseException:
        opened.close()
        raise


def _larger(buffer, size, need):
    """A buffer of `need` bytes that begins with the `size` received; the old one is wiped."""
    larger = bytearray(need)
    larger[:size] = buffer[:size]
    wipe(buffer)
    return larger
