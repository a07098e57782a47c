"""What can go wrong, as exceptions. All are Errors."""


class Error(Exception):
    """`code` and `name` are those of protocol/SPEC.md, section 7 (0 and the class's own name for
    what never reached the daemon); `text` says what to do; `socket` is the path of the daemon's
    that refused, else None. None holds a secret."""

    code = 0
    name = "error"

    def __init__(self, text, code=None, name=None, socket=None):
        super().__init__(text)
        self.text, self.socket = text, socket
        if code is not None:
            self.code, self.name = code, name

    def __str__(self):
        where = f" (the daemon at {self.socket})" if self.socket else ""
        return f"{self.name}: {self.text}{where}"


class Denied(Error):
    """Not allowed to this process; the daemon's log names the rule."""


class NotFound(Error):
    """There is none of that name."""


class AlreadyExists(Error):
    """It exists: rotate it, or say that it is to be replaced."""


class VersionConflict(Error):
    """It changed meanwhile: read again and retry."""


class Tampered(Error):
    """The stored secret does not authenticate."""


class KeyUnavailable(Error):
    """The secret is under a master key that the daemon does not hold."""


class RunEnded(Error):
    """The run has ended or is past its time limit."""


class InvalidTicket(Error):
    """The ticket is used, expired, unknown or for another user."""


class Overloaded(Error):
    """A limit of the daemon: retry after a moment."""


class StoreUnavailable(Error):
    """The store cannot be read or written; nothing was changed."""


class OutcomeUnknown(Error):
    """The database was lost during the commit: look whether it was done, then repeat it if not."""


class AuditUnavailable(Error):
    """The audit record cannot be written; there is no answer without it."""


class TokenRefused(Error):
    """The token is not good; a subclass says why, `reason` by its stable name."""

    @property
    def reason(self):
        """token_unknown, token_expired, token_revoked, wrong_agent, wrong_company or
        missing_scope."""
        return self.name


class TokenUnknown(TokenRefused):
    """It was not issued here, or is mistyped."""


class TokenExpired(TokenRefused):
    """It has expired."""


class TokenRevoked(TokenRefused):
    """It was revoked or rotated."""


class WrongAgent(TokenRefused):
    """It belongs to another agent."""


class WrongCompany(TokenRefused):
    """It belongs to another company."""


class MissingScope(TokenRefused):
    """It is good, but does not grant the scope."""


class Unavailable(Error):
    """The daemon cannot be reached, or is stopping; or a narrowed client's connection is gone."""

    name = "unavailable"


class UntrustedServer(Error):
    """The user who serves the socket is not root, not this process's own, and not the one that was
    named (`server_uid`): no secret was sent."""

    name = "untrusted_server"


class Timeout(Error):
    """No answer in time."""

    name = "timed_out"


class InvalidField(Error, ValueError):
    """An argument breaks its rule; nothing was sent."""

    name = "invalid_field"


class ProtocolError(Error):
    """The daemon's bytes make no sense, or it refused ours: versions or bugs."""

    name = "protocol_error"


_CLASSES = {
    8: InvalidField, 20: Denied, 21: NotFound, 22: AlreadyExists, 23: VersionConflict, 24: Tampered,
    25: KeyUnavailable, 26: RunEnded, 27: InvalidTicket, 30: Overloaded, 31: Overloaded,
    32: Overloaded, 33: Timeout, 34: Unavailable, 40: StoreUnavailable, 41: AuditUnavailable,
    42: OutcomeUnknown, 60: TokenUnknown, 61: TokenExpired, 62: TokenRevoked, 63: WrongAgent,
    64: WrongCompany, 65: MissingScope,
}


def error_of(code, name, text, socket=None):
    """The exception for an error reply; a code that is unknown here stays usable."""
    known = _CLASSES.get(code, ProtocolError if code < 20 else Error)
    return known(text, code, name, socket)
