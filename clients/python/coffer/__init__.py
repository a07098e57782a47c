"""Coffer's client for Python: credentials at the moment of use.

    with coffer.connect() as c:
        secret = c.fetch("cmp_acme", "slack")
        call_slack(token=secret.reveal())

An orchestrator gives a child one run's authority, and nothing else:

    with coffer.narrowed("cmp_acme", "run_7") as c:
        child = subprocess.Popen(command, **c.handover())

Standard library only. A client may be used by several threads, one request at a time, and survives
a fork: the child connects anew, unless the client is narrowed.
"""

import os
from typing import Optional

from . import inherited
from .client import Client
from .connection import wipe
from .errors import (
    AlreadyExists, AuditUnavailable, Denied, Error, InvalidField, InvalidTicket, KeyUnavailable,
    MissingScope, NotFound, OutcomeUnknown, Overloaded, ProtocolError, RunEnded, StoreUnavailable,
    Tampered, Timeout, TokenExpired, TokenRefused, TokenRevoked, TokenUnknown, Unavailable,
    VersionConflict,
    WrongAgent, WrongCompany,
)
from .records import (
    AuditChain, AuditEntry, Authority, Explanation, Host, Integration, Run, Token, ValidToken,
    Verdict,
)
from .secret import Secret, Ticket

__all__ = [
    "connect", "narrowed", "default_socket", "Client", "Secret", "Ticket", "Integration", "Run",
    "Authority", "Token", "ValidToken", "AuditEntry", "AuditChain", "Explanation", "Verdict",
    "Host",
    "Error", "Denied", "NotFound", "AlreadyExists", "VersionConflict", "Tampered",
    "KeyUnavailable", "RunEnded", "InvalidTicket", "Overloaded", "StoreUnavailable",
    "OutcomeUnknown",
    "AuditUnavailable", "Timeout", "Unavailable", "InvalidField", "ProtocolError", "TokenRefused",
    "TokenUnknown", "TokenExpired", "TokenRevoked", "WrongAgent", "WrongCompany", "MissingScope",
]
__version__ = "0.1.0"

_DEFAULT_HOME = "~/.company-agents/instances/default"  # the instance's own folder
_SYSTEM_SOCKET = "/run/coffer/coffer.sock"


def default_socket() -> str:
    """COFFER_SOCKET; else the user's instance, if it is there; else the system's."""
    if os.environ.get("COFFER_SOCKET"):
        return os.environ["COFFER_SOCKET"]
    home = os.environ.get("COMPANY_AGENTS_HOME") or os.path.expanduser(_DEFAULT_HOME)
    path = os.path.join(home, "coffer.sock")
    return path if os.path.exists(path) else _SYSTEM_SOCKET


def connect(path: Optional[str] = None, timeout: Optional[float] = 10.0) -> Client:
    """Connects to the daemon. With no `path`, by what was handed over to this process, if anything:
    the narrowed connection that COFFER_FD names, or the ticket to be read from COFFER_TICKET_FD.
    That works once, and there is no other way then: what cannot be used is an error, and so is a
    second connect(). Else, at default_socket(), with the authority of this process.

    `timeout` is in seconds, for each step of I/O; None waits for ever. Raises Unavailable, Timeout,
    Denied; for what was handed over also InvalidField, InvalidTicket, RunEnded."""
    client = Client(path or default_socket(), timeout)
    handed = None if path else inherited.take()
    if handed is None:
        return _begun(client, client._ready)
    variable, fd = handed
    if variable == inherited.CONNECTION:
        return _begun(client, lambda: client._take(fd))
    return _begun(client, lambda: _redeem(client, fd, timeout))


def narrowed(company: str, run: str, *, path: Optional[str] = None,
             timeout: Optional[float] = 10.0) -> Client:
    """A new connection with this process's own authority, to the daemon at `path`, at once narrowed
    to a run: to be handed over. Raises what connect() and Client.narrow() do."""
    client = Client(path or default_socket(), timeout)
    return _begun(client, lambda: client.narrow(company, run))


def _begun(client, begin):
    try:
        begin()
        return client
    except BaseException:
        client.close()
        raise


def _redeem(client, fd, timeout):
    ticket = inherited.read_ticket(fd, timeout)
    try:
        client.ticket_redeem(ticket)
    finally:
        wipe(ticket)
