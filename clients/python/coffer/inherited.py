"""A run's authority that was handed over to this process by a descriptor (SPEC R3 of Coffer): a
narrowed connection, named by COFFER_FD, or a ticket to be read, named by COFFER_TICKET_FD."""

import contextlib
import os
import re
import select
import socket
import threading

from .connection import wipe
from .errors import InvalidField, Timeout, Unavailable

CONNECTION, TICKET = "COFFER_FD", "COFFER_TICKET_FD"

_TICKET_SIZE_MAX = 1000  # bytes: more does not fit into the request that redeems it
_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)
_STDERR = 2

_taken = None  # the variable that this process has taken
_lock = threading.Lock()
_line = None  # the Line to what was taken


def share(client):
    """Has the client use what was handed over to this process: what an earlier one has taken, or
    else what its environment names. False when nothing was handed over. Raises what take() does,
    and what comes of using it."""
    global _line
    with _lock:
        if _line is not None:
            client._join(_line)
            return True
        handed = take()
        if handed is None:
            return False
        variable, fd = handed
        client._take(fd) if variable == CONNECTION else client._redeem(fd)
        _line = client._keep_line()
        return True


def _unlock_after_fork():
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_unlock_after_fork)


def take():
    """(variable, descriptor) of what was handed over, or None. The variable is removed: it is for
    this process, not for its children. Raises InvalidField, and Unavailable when it was taken
    before: the process's own authority is no substitute."""
    global _taken
    for name in (CONNECTION, TICKET):
        if name not in os.environ:
            continue
        _taken = name  # before it is removed: another thread must see the one or the other
        text = os.environ.pop(name, None)
        if text is None:
            break
        if not _NUMBER.fullmatch(text):  # which is not shown: it may be the ticket itself
            raise InvalidField(f"{name} must be the number of a descriptor")
        return name, int(text)
    if _taken is not None:
        raise Unavailable(f"what {_taken} had handed over was taken by an earlier connect(), which "
                          "could not use it: have it handed over again, or name a socket to use "
                          "this process's own authority")
    return None


def connected_socket(fd):
    """The connected Unix socket behind a descriptor, closed on exec, and the path of its other end
    (may be empty). Raises InvalidField and leaves the descriptor as it was."""
    try:
        found = socket.socket(fileno=fd)
    except OSError as error:
        raise _unusable(fd, error.strerror) from None
    try:
        if found.family != socket.AF_UNIX or found.type != socket.SOCK_STREAM:
            raise _unusable(fd, "it is another kind of socket")
        other = found.getpeername()
        found.set_inheritable(False)
        return found, other if isinstance(other, str) else ""
    except OSError as error:
        found.detach()
        raise _unusable(fd, error.strerror) from None
    except InvalidField:
        found.detach()
        raise


def _unusable(fd, why):
    return InvalidField(f"descriptor {fd}, named by {CONNECTION}, is not a connected Unix stream "
                        f"socket ({why}): hand over a narrowed connection")


def read_ticket(fd, deadline):
    """The ticket that stands in a descriptor, up to a line's or its end, as a bytearray to be
    wiped. The descriptor is closed. Raises InvalidField, Timeout."""
    buffer, size = bytearray(_TICKET_SIZE_MAX + 1), 0
    try:
        while size < len(buffer) and buffer.find(b"\n", 0, size) < 0:
            got = _read_some(fd, memoryview(buffer)[size:], deadline)
            if got == 0:
                break
            size += got
        end = buffer.find(b"\n", 0, size)
        end = size if end < 0 else end
        if not 1 <= end <= _TICKET_SIZE_MAX:
            raise InvalidField(f"descriptor {fd}, named by {TICKET}, must hold one ticket")
        return bytearray(memoryview(buffer)[:end])
    finally:
        wipe(buffer)
        _close(fd)


def _read_some(fd, room, deadline):
    ready = select.poll()
    ready.register(fd, select.POLLIN)
    try:
        while not ready.poll(None if (left := deadline.left()) is None else left * 1000):
            pass
    except socket.timeout:
        raise Timeout(f"descriptor {fd}, named by {TICKET}, had no ticket in time: let its writer "
                      "write it, and close") from None
    try:
        return os.readv(fd, [room])
    except OSError as error:
        raise InvalidField(f"descriptor {fd}, named by {TICKET}, cannot be read "
                           f"({error.strerror})") from None


def _close(fd):
    if fd > _STDERR:
        with contextlib.suppress(OSError):
            os.close(fd)
        return
    # The next file that is opened must not become the standard input of this process's children.
    null = os.open(os.devnull, os.O_RDWR)
    if null != fd:
        os.dup2(null, fd)
        os.close(null)
