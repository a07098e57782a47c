"""Coffer's client for Python: credentials at the moment of use.

    with coffer.connect() as c:
        secret = c.fetch("cmp_acme", "slack")
        call_slack(token=secret.reveal())

Standard library only. A client may be used by several threads, one request at a time, and survives
a fork: the child connects anew.
"""

import os
import threading
import weakref
from typing import Iterator, NamedTuple, Optional

from . import wire
from .connection import Broken, Connection, wipe
from .errors import (  # noqa: F401  (the public names)
    AlreadyExists, Denied, Error, InvalidField, KeyUnavailable, NotFound, Overloaded, ProtocolError,
    StoreUnavailable, Tampered, Timeout, Unavailable, VersionConflict,
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
    client._ready()
    return client


class Client:
    """One connection, opened when it is first needed. Use as a context manager, or close()."""

    def __init__(self, path: str, timeout: Optional[float]):
        if timeout is not None and timeout <= 0:
            raise InvalidField("timeout must be more than 0 seconds, or None to wait for ever")
        self._path, self._timeout = path, timeout
        self._lock = threading.Lock()
        self._connection: Optional[Connection] = None
        _clients.add(self)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection, after the request of another thread that is under way. The next
        call would open a new one."""
        with self._lock:
            self._drop()

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
        try:
            frame = wire.encode_request(operation, request)
        except wire.WireError as error:
            raise InvalidField(f"{operation}: {error.field} {error.why}") from None
        try:
            with self._lock:
                answer = self._answer(operation, frame, convert)
        finally:
            wipe(frame)
        if isinstance(answer, Error):
            raise answer
        return answer

    def _answer(self, operation, frame, convert):
        for attempt in (1, 2):
            idle = self._connection is not None and self._connection.pid == os.getpid()
            try:
                connection = self._ready()
                answer = connection.exchange(operation, frame, convert)
                if connection.ended:
                    self._drop()
                return answer
            except Broken as broken:
                self._drop()
                repeat = idle and broken.silent and operation in _SAFE_TO_REPEAT
                if attempt == 2 or not (broken.unread or repeat):
                    raise self._gone(operation, broken) from None
            except BaseException:
                self._drop()  # half a reply may be under way
                raise

    def _ready(self):
        """The connection, a new one if there is none of this process."""
        if self._connection is None or self._connection.pid != os.getpid():
            self._drop()
            self._connection = Connection(self._path, self._timeout)
        return self._connection

    def _drop(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _gone(self, operation, broken):
        if broken.unread:
            return Unavailable(f"the daemon at {self._path} is stopping, {operation} was not "
                               "carried out: retry after a moment", 34, "shutting_down")
        return Unavailable(f"the daemon at {self._path} closed the connection: is it stopping? "
                           f"Retry; {operation} may or may not have been carried out")


_clients = weakref.WeakSet()


def _unlock_after_fork():
    # In the child there is no thread any more that would release a lock held at the fork.
    for client in _clients:
        client._lock = threading.Lock()


os.register_at_fork(after_in_child=_unlock_after_fork)


def _bytes(value):
    if not isinstance(value, str):
        return value
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        pass  # it holds the value, and must not be the context of what is raised
    raise InvalidField("value has characters that UTF-8 cannot encode: pass bytes")
