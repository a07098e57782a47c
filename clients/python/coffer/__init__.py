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

from typing import Optional

from . import inherited
from .client import Client
from .errors import (
    AlreadyExists, AuditUnavailable, Denied, Error, InvalidField, InvalidTicket, KeyUnavailable,
    MissingScope, NotFound, OutcomeUnknown, Overloaded, ProtocolError, RunEnded, StoreUnavailable,
    Tampered, Timeout, TokenExpired, TokenRefused, TokenRevoked, TokenUnknown, Unavailable,
    UntrustedServer, VersionConflict, WrongAgent, WrongCompany,
)
from .frames import without_locals
from .place import default_place, named_place
from .records import (
    AuditChain, AuditEntry, Authority, Explanation, Grant, Host, Identity, Integration, Run, Token,
    ValidToken, Verdict,
)
from .secret import Secret, Ticket

__all__ = [
    "connect", "narrowed", "default_socket", "Client", "Secret", "Ticket", "Integration", "Run",
    "Authority", "Token", "ValidToken", "AuditEntry", "AuditChain", "Explanation", "Verdict",
    "Grant", "Host", "Identity",
    "Error", "Denied", "NotFound", "AlreadyExists", "VersionConflict", "Tampered",
    "KeyUnavailable", "RunEnded", "InvalidTicket", "Overloaded", "StoreUnavailable",
    "OutcomeUnknown",
    "AuditUnavailable", "Timeout", "Unavailable", "UntrustedServer", "InvalidField",
    "ProtocolError", "TokenRefused",
    "TokenUnknown", "TokenExpired", "TokenRevoked", "WrongAgent", "WrongCompany", "MissingScope",
]
__version__ = "0.1.0"


def default_socket() -> str:
    """COFFER_SOCKET; else $COMPANY_AGENTS_HOME/coffer.sock; else that of the user's own instance,
    if the folder ~/.company-agents/instances/default exists; else /run/coffer/coffer.sock. What
    was named is never replaced by another."""
    return default_place().path


@without_locals
def connect(path: Optional[str] = None, timeout: Optional[float] = 10.0, *,
            server_uid: Optional[int] = None) -> Client:
    """Connects to the daemon. With no `path`, by what was handed over to this process, if anything:
    the narrowed connection that COFFER_FD names, or the ticket to be read from COFFER_TICKET_FD.
    All such clients share the one connection, and there is no other way then: what cannot be used
    is an error. Else, at default_socket(), with the authority of this process.

    `timeout` is in seconds, for one call, connecting included; None waits for ever. `server_uid`:
    the user that cofferd runs as, if neither root nor this process's own (None: COFFER_SERVER_UID).
    Raises Unavailable, Timeout, Denied, InvalidField; for what was handed over also InvalidTicket,
    RunEnded."""
    client = Client(named_place(path) if path else default_place(), timeout, server_uid)
    return _begun(client, lambda: None if not path and inherited.share(client) else client._open())


def narrowed(company: str, run: str, *, path: Optional[str] = None, timeout: Optional[float] = 10.0,
             server_uid: Optional[int] = None) -> Client:
    """A new connection with this process's own authority, to the daemon at `path`, at once narrowed
    to a run: to be handed over. Raises what connect() and Client.narrow() do."""
    client = Client(named_place(path) if path else default_place(), timeout, server_uid)
    return _begun(client, lambda: client.narrow(company, run))


def _begun(client, begin):
    try:
        begin()
        return client
    except BaseException:
        client.close()
        raise
