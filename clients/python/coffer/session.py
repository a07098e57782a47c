"""A conversation with the daemon, over one connection after the other: what is asked, what may be
repeated, and what authority it has."""

import os
import socket
import threading
import weakref
from typing import Iterable, Mapping, Optional

from . import inherited, wire
from .connection import Broken, Connection, wipe
from .deadline import Deadline
from .errors import Error, InvalidField, Timeout, Unavailable
from .place import Place
from .records import Authority

_NARROWED = ("this client was narrowed to a run and its connection is gone: it opens no other, "
             "which would have this process's own authority. Narrow a new one, or have one handed "
             "over")
_GIVEN = "this client's connection was handed over to another process: use another client"


class Line:
    """One connection at a time to one place, and what it may do; `kept`: open until the process
    ends, for clients to come."""

    def __init__(self, place: Place):
        self.place, self.lock = place, threading.Lock()
        self.connection: Optional[Connection] = None
        self.authority: Optional[Authority] = None
        self.narrowed = self.given = self.kept = False
        _lines.add(self)

    def drop(self):
        """Closes the connection, if there is one."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def ready(self, deadline):
        """The connection, a new one if there is none of this process."""
        if self.given:
            raise Unavailable(_GIVEN)
        if self.connection is None or self.connection.pid != os.getpid():
            self.drop()
            if self.narrowed:
                raise Unavailable(_NARROWED)
            self.connection = Connection.greeted(self.place, deadline)
        return self.connection


class Session:
    """One connection at a time, opened when it is first needed: for several threads, one request
    at a time. Use as a context manager, or close()."""

    def __init__(self, place: Place, timeout: Optional[float], server_uid: Optional[int]):
        Deadline(timeout)  # raises for what is none
        self._timeout, self._server_uid = timeout, server_uid
        self._line = Line(place)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection, after the request of another thread that is under way. The next
        call would open a new one, unless the client is narrowed. A connection that was handed over
        to this process stays: other clients share it."""
        with self._line.lock:
            if not self._line.kept:
                self._line.drop()

    @property
    def socket(self) -> str:
        """The path of the daemon's socket, for people."""
        return self._line.place.path

    @property
    def narrowed(self) -> bool:
        """Whether it is narrowed to a run. Then it never connects anew."""
        return self._line.narrowed

    @property
    def authority(self) -> Optional[Authority]:
        """The run that it was narrowed to, by this process. What was inherited does not say it."""
        return self._line.authority

    def handover(self, env: Optional[Mapping[str, str]] = None,
                 pass_fds: Iterable[int] = ()) -> dict:
        """Arguments for subprocess.Popen that hand the narrowed connection over to the child:
        `Popen(command, **c.handover())`, with `env` (None: os.environ) and `pass_fds` of the
        caller's own in them. From now on this client cannot ask; close it, or leave its `with`, as
        soon as the child has started: its descriptor is the child's. Raises InvalidField unless
        narrowed, Unavailable when the connection is gone."""
        with self._line.lock:
            fd = self._given_away().shareable_fd()
        environment = {**(os.environ if env is None else env), inherited.CONNECTION: str(fd)}
        environment.pop(inherited.TICKET, None)
        return {"env": environment, "pass_fds": (*pass_fds, fd)}

    def detach_fd(self) -> int:
        """The descriptor of the narrowed connection, closed on exec, for the caller to hand over
        and to close. From now on this client cannot ask. Raises as handover() does."""
        with self._line.lock:
            connection, self._line.connection = self._given_away(), None
        return connection.detach()

    def _given_away(self):
        if not self._line.narrowed:
            raise InvalidField("narrow() first: a connection with this process's own authority is "
                               "not handed over")
        connection = self._line.ready(Deadline(self._timeout))
        self._line.given, self._line.kept = True, False  # close() closes it from now on
        return connection

    # What was handed over to this process (see inherited.share)

    def _take(self, fd):
        """Goes on with a narrowed connection that was inherited. Raises InvalidField, Unavailable
        and what ping does."""
        connected, path = inherited.connected_socket(fd)
        self._line = line = Line(Place(path or inherited.CONNECTION))
        line.connection, line.narrowed = Connection(connected, line.place.path), True
        try:
            # Who was greeted is not greeted twice, and only who was greeted can be narrowed.
            self._ask("ping", {})
        except Error as error:
            if error.name != "hello_expected":
                raise
            raise InvalidField(f"the connection named by {inherited.CONNECTION} is not narrowed: "
                               "narrow it before handing it over") from None

    def _redeem(self, fd):
        """Narrows a new connection by the ticket that a descriptor holds."""
        deadline = Deadline(self._timeout)
        ticket = inherited.read_ticket(fd, deadline)
        try:
            self._narrow("ticket_redeem", {"ticket": ticket}, deadline)
        finally:
            wipe(ticket)

    def _keep_line(self):
        self._line.kept = True
        return self._line

    def _join(self, line):
        self._line = line
        self._open()

    def _open(self):
        """Connects, or raises why it cannot."""
        self._in_turn(Deadline(self._timeout), self._line.ready)

    # One request: encode, send, receive, decode; a connection found broken is opened anew, once.

    def _narrow(self, operation, request, deadline=None):
        return self._ask(operation, request, self._became, deadline)

    def _became(self, reply):
        self._line.narrowed, self._line.authority = True, Authority(**reply)
        return self._line.authority

    def _ask(self, operation, request, convert=dict, deadline=None):
        try:
            frame = wire.encode_request(operation, request)
        except wire.WireError as error:
            raise InvalidField(f"{operation}: {error.field} {error.why}") from None
        try:
            answer = self._in_turn(
                deadline or Deadline(self._timeout),
                lambda until: self._answer(operation, frame, convert, until))
        finally:
            wipe(frame)
        if isinstance(answer, Error):
            raise answer
        return answer

    def _in_turn(self, deadline, act):
        """act(deadline), when no other thread uses the connection."""
        lock = self._line.lock
        left = deadline.left()
        if not lock.acquire(timeout=-1 if left is None else left):
            raise Timeout(f"another thread's call has the connection to {self.socket}: raise the "
                          "timeout, or give each thread a client of its own")
        try:
            return act(deadline)
        except socket.timeout:
            raise Timeout(f"no time was left for the daemon at {self.socket}: see whether it is "
                          "busy, or raise the timeout") from None
        finally:
            lock.release()

    def _answer(self, operation, frame, convert, deadline):
        line = self._line
        for attempt in (1, 2):
            idle = line.connection is not None and line.connection.pid == os.getpid()
            try:
                connection = line.ready(deadline)
                if operation in wire.SEND_SECRETS:
                    connection.check_server(self._server_uid)
                answer = connection.exchange(operation, frame, convert, deadline)
                if connection.ended:
                    line.drop()
                return answer
            except Broken as broken:
                line.drop()
                repeat = idle and broken.silent and operation in wire.REPEATABLE
                if attempt == 2 or line.narrowed or not (broken.unread or repeat):
                    raise self._gone(operation, broken) from None
            except BaseException:
                if not line.given:
                    line.drop()  # half a reply may be under way
                raise

    def _gone(self, operation, broken):
        if broken.unread:
            done, code = f"is stopping, {operation} was not carried out", (34, "shutting_down")
        else:
            done, code = (f"closed the connection: is it stopping? {operation} may or may not have "
                          "been carried out"), ()
        what_to_do = _NARROWED if self._line.narrowed else "Retry after a moment"
        return Unavailable(f"the daemon at {self.socket} {done}. {what_to_do}", *code)


_lines = weakref.WeakSet()


def _unlock_after_fork():
    # In the child there is no thread any more that would release a lock held at the fork.
    for line in _lines:
        line.lock = threading.Lock()


os.register_at_fork(after_in_child=_unlock_after_fork)
