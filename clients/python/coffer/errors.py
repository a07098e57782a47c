"""What can go wrong, as exceptions. All are Errors."""


class Error(Exception):
    """`code` and `name` are those of protocol/SPEC.md, section 7 (0 and the class's own name for
    what never reached the daemon); `text` says what to do. None holds a secret."""

    code = 0
    name = "error"

    def __init__(self, text, code=None, name=None):
        super().__init__(text)
        self.text = text
        if code is not None:
            self.code, self.name = code, name

    def __str__(self):
        return f"{self.name}: {self.text}"


class Denied(Error):
    """Not allowed to this process; the daemon's log names the rule."""


class NotFound(Error):
    """There is no such integration."""


class AlreadyExists(Error):
    """The integration exists: rotate it, or set it with replace."""


class VersionConflict(Error):
    """It changed meanwhile: read again and retry."""


class Tampered(Error):
    """The stored secret does not authenticate."""


class KeyUnavailable(Error):
    """The secret is under a master key that the daemon does not hold."""


class Overloaded(Error):
    """A limit of the daemon: retry after a moment."""


class StoreUnavailable(Error):
    """The store cannot be read or written; nothing was changed."""


class Unavailable(Error):
    """The daemon cannot be reached, or is stopping."""

    name = "unavailable"


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
    25: KeyUnavailable, 30: Overloaded, 31: Overloaded, 32: Overloaded, 33: Timeout,
    34: Unavailable, 40: StoreUnavailable,
}


def error_of(code, name, text):
    """The exception for an error reply; a code that is unknown here stays usable."""
    known = _CLASSES.get(code, ProtocolError if code < 20 else Error)
    return known(text, code, name)
