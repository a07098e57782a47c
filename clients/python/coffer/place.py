"""Where the daemon's socket is, who serves it, and what an error says when no daemon answers."""

import errno
import grp
import os
import pathlib
import pwd
import socket
import struct
from typing import NamedTuple, Optional

from .errors import InvalidField, Unavailable, UntrustedServer

SYSTEM_SOCKET = "/run/coffer/coffer.sock"

_PATH_SIZE_MAX = 107  # bytes (unix(7))
_UCRED = struct.Struct("=iII")  # pid, uid, gid
_OVERFLOW_UID = 65534


class Place(NamedTuple):
    """The path of a socket, and the one that would have come first, where there is no instance."""

    path: str
    passed_over: Optional[str] = None


def default_place() -> Place:
    """See default_socket()."""
    if os.environ.get("COFFER_SOCKET"):
        return Place(os.environ["COFFER_SOCKET"])
    if os.environ.get("COMPANY_AGENTS_HOME"):
        return Place(os.path.join(os.environ["COMPANY_AGENTS_HOME"], "coffer.sock"))
    home = _home()
    if home is None:
        return Place(SYSTEM_SOCKET)
    instance = os.path.join(home, ".company-agents", "instances", "default")
    path = os.path.join(instance, "coffer.sock")
    # By the folder, not by the socket: a daemon that is down does not hand its callers to another.
    return Place(path) if os.path.isdir(instance) else Place(SYSTEM_SOCKET, path)


def named_place(path) -> Place:
    """The place that a program names. Raises InvalidField for what is no path."""
    try:
        return Place(os.fsdecode(path))
    except TypeError:
        raise InvalidField("path must be the path of a socket") from None


def address(place):
    """A place as connect() takes it. Raises InvalidField."""
    try:
        path = os.fsencode(place.path)
    except UnicodeEncodeError:
        raise InvalidField("the path of the socket has characters that no path has") from None
    if len(path) > _PATH_SIZE_MAX:
        raise InvalidField(f"the path of the socket has {len(path)} bytes, and the kernel takes "
                           f"{_PATH_SIZE_MAX}: have cofferd listen at a shorter one, and name that "
                           f"in COFFER_SOCKET: {place.path}")
    if b"\0" in path:
        raise InvalidField("the path of the socket has a NUL byte")
    return path


def unreachable(place, error):
    """The Unavailable for a connect() that failed: each path that was tried, and what to do."""
    tried = f"{place.path} ({error.strerror or error})"
    if place.passed_over:
        tried = f"{place.passed_over} (no such instance), {tried}"
    old_way = os.path.join(os.path.dirname(place.path), "instances", "default", "coffer.sock")
    if os.path.exists(old_way):
        return Unavailable(f"cannot connect to the daemon at {tried}, but {old_way} exists: "
                           "COMPANY_AGENTS_HOME is the folder of the instance itself")
    what = (_advice_on_access(place.path) if error.errno in (errno.EACCES, errno.EPERM)
            else "start cofferd, or point COFFER_SOCKET to its socket")
    return Unavailable(f"cannot connect to the daemon at {tried}: {what}")


def server_of(connected):
    """The uid that listens at the other end of a connected socket, as the kernel says."""
    return _UCRED.unpack(connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED,
                                              _UCRED.size))[1]


def check_server(server, path, told):
    """Raises UntrustedServer unless a secret may go to `server`: root, this process's own user, the
    one that was named (`told`, or else COFFER_SERVER_UID), and for the system's socket the owner of
    its folder, which root has made. The overflow uid stands for every user that this namespace does
    not know: it must be named."""
    if told is None:
        told = _told_by_environment()
    if server in (0, told):
        return
    own = server == os.geteuid() or (path == SYSTEM_SOCKET and _owns_system_folder(server))
    if own and server != _overflow_uid():
        return
    raise UntrustedServer(
        f"the daemon at {path} is served by {_user(server)}, neither root nor this process's own "
        "user: no secret was sent. If that user is to run cofferd, say so: "
        f"COFFER_SERVER_UID={server}")


def _home():
    if os.environ.get("HOME"):
        return os.environ["HOME"]
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return None


def _told_by_environment():
    text = os.environ.get("COFFER_SERVER_UID")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InvalidField("COFFER_SERVER_UID must be the number of a user")
    return int(text)


def _overflow_uid():
    try:
        return int(pathlib.Path("/proc/sys/kernel/overflowuid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return _OVERFLOW_UID


def _owns_system_folder(uid):
    try:
        return os.stat(os.path.dirname(SYSTEM_SOCKET)).st_uid == uid
    except OSError:
        return False


def _advice_on_access(path):
    """At the first folder on the way, or at the socket, that this process may not pass: who may."""
    parts = [*reversed(pathlib.Path(path).parents), pathlib.Path(path)]
    for part in parts:
        last = part == parts[-1]
        try:
            found = part.stat()
        except OSError:
            break
        if os.access(part, os.W_OK if last else os.X_OK, effective_ids=True):
            continue
        who = f"{_user(os.geteuid())} may not open {part}: "
        if found.st_mode & (0o020 if last else 0o010):
            return f"{who}join the group {_group(found.st_gid)}, and log in again"
        return f"{who}only {_user(found.st_uid)} may"
    return "ask the operator of this host for access"


def _user(uid):
    try:
        return f"{pwd.getpwuid(uid).pw_name} (uid {uid})"
    except KeyError:
        return f"uid {uid}"


def _group(gid):
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return f"with gid {gid}"
