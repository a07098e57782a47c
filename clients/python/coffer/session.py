"""A conversation with the daemon, over one connection after the other: what is asked, what may be
repeated, and what authority it has."""

import os
import threading
import weakref
from typing import Iterable, Mapping, Optional

from . import inherited, wire
from .connection import Broken, Connection, wipe
from .errors import Error, InvalidField, Unavailable
from .records import Authority

_SAFE_TO_REPEAT = frozenset((
    "ping", "status", "integration_show", "integration_list", "integration_fetch", "run_list",
    "narrow", "token_fetch", "token_list", "token_validate", "audit_list", "audit_verify",
    "policy_explain", "host_list"))
_NARROWED = ("this client was narrowed to a run and its connection is gone: it opens no other, "
             "which would have this process's own authority. Narrow a new one, or have one handed "
             "over")
_GIVEN = "this client's connection was handed over to another process: use another client"


class Session:
    """One connection at a time, opened when it is first needed: for several threads, one request
    at a time. Use as a context manager, or close()."""

    def __init__(self, path: str, timeout: Optional[float]):
        if timeout is not None and timeout <= 0:
            raise InvalidField("timeout must be more than 0 seconds, or None to wait for ever")
        self._path, self._timeout = path, timeout
        self._lock = threading.Lock()
        self._connection: Optional[Connection] = None
        self._authority: Optional[Authority] = None
        self._narrowed = self._given = False
        _sessions.add(self)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection, after the request of another thread that is under way. The next
        call would open a new one, unless the client is narrowed."""
        with self._lock:
            self._drop()

    @property
    def narrowed(self) -> bool:
        """Whether it is narrowed to a run. Then it never connects anew."""
        return self._narrowed

    @property
    def authority(self) -> Optional[Authority]:
        """The run that it was narrowed to, by this process. What was inherited does not say it."""
        return self._authority

    def handover(self, env: Optional[Mapping[str, str]] = None,
                 pass_fds: Iterable[int] = ()) -> dict:
        """Arguments for subprocess.Popen that hand the narrowed connection over to the child:
        `Popen(command, **c.handover())`, with `env` (None: os.environ) and `pass_fds` of the
        caller's own in them. From now on this client cannot ask; close it, or leave its `with`, as
        soon as the child has started: its descriptor is the child's. Raises InvalidField unless
        narrowed, Unavailable when the connection is gone."""
        with self._lock:
            fd = self._given_away().shareable_fd()
        environment = {**(os.environ if env is None else env), inherited.CONNECTION: str(fd)}
        environment.pop(inherited.TICKET, None)
        return {"env": environment, "pass_fds": (*pass_fds, fd)}

    def detach_fd(self) -> int:
        """The descriptor of the narrowed connection, closed on exec, for the caller to hand over
        and to close. From now on this client cannot ask. Raises as handover() does."""
        with self._lock:
            connection, self._connection = self._given_away(), None
        return connection.detach()

    def _given_away(self):
        if not self._narrowed:
            raise InvalidField("narrow() first: a connection with this process's own authority is "
                               "not handed over")
        if self._given:
            raise Unavailable(_GIVEN)
        connection = self._ready()
        self._given = True
        return connection

    def _take(self, fd):
        """Goes on with a narrowed connection that was inherited. Raises InvalidField, Unavailable
        and what ping does."""
        connected, path = inherited.connected_socket(fd)
        connected.settimeout(self._timeout)
        self._path = path or inherited.CONNECTION
        self._connection, self._narrowed = Connection(connected, self._path), True
        try:
            # Who was greeted is not greeted twice, and only who was greeted can be narrowed.
            self._ask("ping", {})
        except Error as error:
            if error.name != "hello_expected":
                raise
            raise InvalidField(f"the connection named by {inherited.CONNECTION} is not narrowed: "
                               "narrow it before handing it over") from None

    def _narrow(self, operation, request):
        return self._ask(operation, request, self._became)

    def _became(self, reply):
        self._narrowed, self._authority = True, Authority(**reply)
        return self._authority

    # One request: encode, send, receive, decode; a connection found broken is opened anew, once.

    def _ask(self, operation, request, convert=dict):
        try:
            frame = wire.encode_request(operation, request)
        except wire.WireError as error:
            raise InvalidField(f"{operation}: {error.field} {error.why}") from None
        try:
            with self._lock:
                if self._given:
                    raise Unavailable(_GIVEN)
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
                if attempt == 2 or self._narrowed or not (broken.unread or repeat):
                    raise self._gone(operation, broken) from None
            except BaseException:
                self._drop()  # half a reply may be under way
                raise

    def _ready(self):
        """The connection, a new one if there is none of this process."""
        if self._connection is None or self._connection.pid != os.getpid():
            self._drop()
            if self._narrowed:
                raise Unavailable(_NARROWED)
            self._connection = Connection.greeted(self._path, self._timeout)
        return self._connection

    def _drop(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _gone(self, operation, broken):
        if broken.unread:
            done, code = f"is stopping, {operation} was not carried out", (34, "shutting_down")
        else:
            done, code = (f"closed the connection: is it stopping? {operation} may or may not have "
                          "been carried out"), ()
        what_to_do = _NARROWED if self._narrowed else "Retry after a moment"
        return Unavailable(f"the daemon at {self._path} {done}. {what_to_do}", *code)


_sessions = weakref.WeakSet()


def _unlock_after_fork():
    # In the child there is no thread any more that would release a lock held at the fork.
    for session in _sessions:
        session._lock = threading.Lock()


os.register_at_fork(after_in_child=_unlock_after_fork)
