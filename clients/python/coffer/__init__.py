"""Coffer's client for Python: credentials at the moment of use.

    with coffer.connect() as c:
        secret = c.fetch("cmp_acme", "slack")
        call_slack(token=secret.reveal())

Standard library only. A client may be used by several threads, one request at a time, and survives
a fork: the child connects anew.
"""

import os
import socket
import threading
from typing import Iterator, NamedTuple, Optional

from . import wire
from .errors import (  # noqa: F401  (the public names)
    AlreadyExists, Denied, Error, InvalidField, KeyUnavailable, NotFound, Overloaded, ProtocolError,
    StoreUnavailable, Tampered, Timeout, Unavailable, VersionConflict, error_of,
)
from .secret import Secret

__all__ = [
    "connect", "Client", "Secret", "Integration", "Error", "Denied", "NotFound", "AlreadyExists",
    "VersionConflict", "Tampered", "KeyUnavailable", "Overloaded", "StoreUnavailable", "Timeout",
    "Unavailable", "InvalidField", "ProtocolError",
]
__version__ = "0.1.0"

_SYSTEM_SOCKET = "/run/coffer/coffer.sock"
_SAFE_TO_REPEAT = {"ping", "status", "integration_show", "integration_list", "integration_fetch"}


class Integration(NamedTuple):
    """What is known of an integration, but its value. Times are ms since the epoch, UTC."""

    integration: str
    provider: str
    label: str
    status: str
    scopes: str
    version: int
    created_at: int
    rotated_at: int
    last_used_at: Optional[int] = None
    expires_at: Optional[int] = None
    last_error: Optional[str] = None


class _Broken(Exception):
    """The connection ended. `unread`: the daemon certainly did not carry out the request."""

    def __init__(self, unread):
        super().__init__()
        self.unread = unread


def default_socket() -> str:
    """COFFER_SOCKET; else the user's instance, if it is there; else the system's."""
    if os.environ.get("COFFER_SOCKET"):
        return os.environ["COFFER_SOCKET"]
    home = os.environ.get("COMPANY_AGENTS_HOME") or os.path.expanduser("~/.company-agents")
    path = os.path.join(home, "instances", "default", "coffer.sock")
    return path if os.path.exists(path) else _SYSTEM_SOCKET


def connect(path: Optional[str] = None, timeout: Optional[float] = 10.0) -> "Client":
    """Connects to the daemon at `path` (default_socket() if None) and greets it. `timeout` is in
    seconds, for each step of I/O; None waits for ever. Raises Unavailable, Timeout, Denied."""
    client = Client(path or default_socket(), timeout)
    client._open()
    return client


class Client:
    """One connection. Use as a context manager, or close()."""

    def __init__(self, path: str, timeout: Optional[float]):
        self._path, self._timeout = path, timeout
        self._lock = threading.Lock()
        self._socket: Optional[socket.socket] = None
        self._pid = 0
        self._next_id = 0

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection. The next call would open a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ping(self) -> None:
        """Asks for a sign of life."""
        self._ask("ping", {})

    def status(self) -> dict:
        """How the daemon is doing: memory mode, key id, connections … as a dict."""
        return self._ask("status", {})

    def fetch(self, company: str, integration: str) -> Secret:
        """The value of an integration credential. Raises NotFound, Denied, Tampered …"""
        return self._ask("integration_fetch", {"company": company, "integration": integration},
                         Secret._from_reply)

    def set(self, company: str, integration: str, value, *, provider: Optional[str] = None,
            label: Optional[str] = None, scopes: Optional[str] = None,
            expires_at: Optional[int] = None, replace: bool = False) -> Integration:
        """Connects an integration by a pasted key: str or bytes. Raises AlreadyExists unless
        `replace`."""
        return Integration(**self._ask("integration_set", {
            "company": company, "integration": integration, "value": _bytes(value),
            "provider": provider, "label": label, "scopes": scopes, "expires_at": expires_at,
            "replace": replace or None}))

    def rotate(self, company: str, integration: str, value, *, expires_at: Optional[int] = None,
               if_version: Optional[int] = None) -> Integration:
        """Swaps the value in one step. Raises NotFound, VersionConflict."""
        return Integration(**self._ask("integration_rotate", {
            "company": company, "integration": integration, "value": _bytes(value),
            "expires_at": expires_at, "if_version": if_version}))

    def show(self, company: str, integration: str) -> Integration:
        """What is known of an integration, but its value. Raises NotFound."""
        return Integration(**self._ask("integration_show",
                                       {"company": company, "integration": integration}))

    def list(self, company: str) -> Iterator[Integration]:
        """All integrations of a company, in order of their ids; asks for a page at a time."""
        after = None
        while True:
            page = self._ask("integration_list", {"company": company, "after": after})
            for record in page["integrations"]:
                yield Integration(**record)
            if not page["more"] or not page["integrations"]:
                return
            after = page["integrations"][-1]["integration"]

    def delete(self, company: str, integration: str, *, if_version: Optional[int] = None) -> None:
        """Deletes an integration and wipes its value. Raises NotFound, VersionConflict."""
        self._ask("integration_delete", {"company": company, "integration": integration,
                                         "if_version": if_version})

    # One request: encode, send, receive, decode; a connection found broken is opened anew, once.

    def _ask(self, operation, request, convert=dict):
        opcode, limit, fields, _ = wire.OPERATIONS[operation]
        try:
            encoded = wire.encode_fields(fields, request)
        except wire.WireError as error:
            raise InvalidField(f"{operation}: {error.field}") from None
        try:
            if wire.HEADER_SIZE + len(encoded) > limit:
                raise InvalidField(f"{operation}: the request has more than {limit} bytes")
            with self._lock:
                return self._ask_once_more(operation, opcode, encoded, convert)
        finally:
            encoded[:] = bytes(len(encoded))

    def _ask_once_more(self, operation, opcode, encoded, convert):
        used_before = self._socket is not None and self._pid == os.getpid()
        for attempt in (1, 2):
            if self._socket is None or self._pid != os.getpid():
                self._open()
            try:
                return self._exchange(operation, opcode, encoded, convert)
            except _Broken as broken:
                self.close()
                again = broken.unread or (used_before and operation in _SAFE_TO_REPEAT)
                if attempt == 2 or not again:
                    raise Unavailable(
                        f"the daemon at {self._path} closed the connection: is it stopping? "
                        f"Retry; {operation} may or may not have been carried out") from None
            except BaseException:
                self.close()  # half a reply may be under way
                raise

    def _open(self):
        self.close()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self._timeout)
        try:
            connection.connect(self._path)
        except OSError as error:
            connection.close()
            if isinstance(error, socket.timeout):
                raise Timeout(f"the daemon at {self._path} did not accept in time") from None
            raise Unavailable(f"cannot connect to {self._path} ({error.strerror or error}): start "
                              "cofferd, or point COFFER_SOCKET to its socket") from None
        self._socket, self._pid = connection, os.getpid()
        hello = {"version_min": wire.VERSION, "version_max": wire.VERSION,
                 "client": f"coffer-python {__version__}"}
        opcode, _, fields, _ = wire.OPERATIONS["hello"]
        try:
            self._exchange("hello", opcode, wire.encode_fields(fields, hello), dict)
        except _Broken:
            self.close()
            raise Unavailable(f"the daemon at {self._path} closed the connection") from None
        except BaseException:
            self.close()
            raise

    def _exchange(self, operation, opcode, encoded, convert):
        self._next_id = (self._next_id + 1) & 0xFFFFFFFF
        frame = wire.encode_frame(opcode, 0, self._next_id, encoded)
        try:
            try:
                self._socket.sendall(frame)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the reason may still be there to read
            return self._receive(operation, opcode, self._next_id, convert)
        except socket.timeout:
            raise Timeout(f"the daemon at {self._path} did not answer in time") from None

    def _receive(self, operation, opcode, request_id, convert):
        buffer, size = bytearray(4096), 0
        try:
            while True:
                try:
                    got = self._socket.recv_into(memoryview(buffer)[size:])
                except ConnectionResetError:
                    got = 0
                if got == 0:
                    raise _Broken(unread=False)
                size += got
                head = _split(memoryview(buffer)[:size])
                if head is not None:
                    break
                buffer = _grown(buffer, size)
            reply = self._decode(operation, head, opcode, request_id, buffer, convert)
            if size > head[0]:
                self._hear_farewell(buffer[head[0]:size])
            return reply
        finally:
            buffer[:] = bytes(len(buffer))

    def _hear_farewell(self, rest):
        """Behind a reply only the daemon's last word may come: the next call connects anew."""
        if len(rest) > 4 and rest[4] != 0:
            raise ProtocolError("bytes behind the reply")
        self.close()

    @staticmethod
    def _decode(operation, head, opcode, request_id, buffer, convert):
        frame_size, got_opcode, flags, got_id = head
        fields = memoryview(buffer)[wire.HEADER_SIZE:frame_size]
        try:
            if flags & wire.FLAG_ERROR:
                error = wire.decode_fields(wire.ERROR, fields)
                if error["name"] == "shutting_down" and (got_opcode, got_id) == (0, 0):
                    raise _Broken(unread=True)
                raise error_of(error["code"], error["name"], error["text"])
            if (got_opcode, flags, got_id) != (opcode, wire.FLAG_REPLY, request_id):
                raise ProtocolError("the reply belongs to another request")
            return convert(wire.decode_fields(wire.OPERATIONS[operation][3], fields))
        except wire.WireError as error:
            raise ProtocolError(f"the reply is malformed: {error}") from None
        finally:
            fields.release()


def _split(data):
    try:
        return wire.split(data)
    except wire.WireError as error:
        raise ProtocolError(f"the reply is malformed: {error}") from None
    finally:
        data.release()


def _grown(buffer, size):
    """A buffer with room for the frame that has begun; the old one is wiped."""
    need = 4 + int.from_bytes(buffer[:4], "big") if size >= 4 else len(buffer)
    if len(buffer) >= need:
        return buffer
    larger = bytearray(need)
    larger[:size] = buffer[:size]
    buffer[:] = bytes(len(buffer))
    return larger


def _bytes(value):
    return value.encode("utf-8") if isinstance(value, str) else value
