"""Values that are hard to leak by accident."""

import os
from typing import BinaryIO, Optional

from .errors import InvalidField
from .frames import without_locals


class Hidden:
    """Bytes that hide themselves when printed, and cannot be compared, hashed, copied or pickled.
    They come by reveal() only; wipe() overwrites them, at the latest when the object goes. What
    reveal() returned is the caller's to forget."""

    __slots__ = ("_value",)
    _FIELD = "value"  # of the reply

    @without_locals
    def __init__(self, value):
        self._value = bytearray(value)

    @classmethod
    def _from_reply(cls, reply):
        value = reply.pop(cls._FIELD)
        hidden = cls(value, **reply)
        value.release()
        return hidden

    def reveal(self) -> str:
        """The value as text (UTF-8). Raises InvalidField for other bytes: reveal_bytes()."""
        try:
            return self._value.decode("utf-8")
        except UnicodeDecodeError:
            pass  # it holds the value, and must not be the context of what is raised
        raise InvalidField("the value is not UTF-8 text: use reveal_bytes()")

    def reveal_bytes(self) -> bytes:
        """The value as bytes."""
        return bytes(self._value)

    def wipe(self) -> None:
        """Overwrites the value; reveal() then returns an empty one."""
        self._value[:] = bytes(len(self._value))
        self._value.clear()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.wipe()

    def __del__(self):
        if hasattr(self, "_value"):
            self.wipe()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(hidden)"

    def __str__(self) -> str:
        return repr(self)

    def __format__(self, _spec) -> str:
        return repr(self)

    def _refuse(self, *_):
        raise TypeError(f"a {type(self).__name__} cannot be compared, hashed, copied or pickled: "
                        "use reveal()")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __hash__ = __copy__ = __deepcopy__ = __reduce_ex__ = __reduce__ = __getstate__ = _refuse


class Secret(Hidden):
    """A fetched credential or token, and what was said of it.

    version: grows with each rotation · freshness: "fresh", "stale" or "pinned" (the version that a
    run keeps) · age: ms, with "stale" · expires_at: ms since the epoch, UTC, or None ·
    fell_forward: the run's own version has expired or was cut, and this is the current one · kid:
    the public part of a token, None for a credential.
    """

    __slots__ = ("version", "freshness", "age", "expires_at", "fell_forward", "kid")

    @without_locals
    def __init__(self, value, version: int, freshness: str = "fresh", age: Optional[int] = None,
                 expires_at: Optional[int] = None, fell_forward: bool = False,
                 kid: Optional[str] = None):
        super().__init__(value)
        self.version, self.freshness = version, freshness
        self.age, self.expires_at = age, expires_at
        self.fell_forward, self.kid = fell_forward, kid

    def __repr__(self) -> str:
        return f"Secret(hidden, version={self.version})"


class Ticket(Hidden):
    """A ticket, good once and for a short time. expires_at: ms since the epoch, UTC."""

    __slots__ = ("expires_at",)
    _FIELD = "ticket"

    @without_locals
    def __init__(self, value, expires_at: int):
        super().__init__(value)
        self.expires_at = expires_at

    def pipe(self) -> BinaryIO:
        """A pipe to read the ticket from, for a child whose COFFER_TICKET_FD names it. Close it
        when the child has started."""
        source, sink = os.pipe()
        try:
            os.write(sink, self._value)  # a pipe's buffer holds it
        except BaseException:
            os.close(source)
            raise
        finally:
            os.close(sink)
        return open(source, "rb", buffering=0)
