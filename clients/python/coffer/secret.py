"""A fetched value that is hard to leak by accident."""

from typing import Optional


class Secret:
    """A value and what was said of it. It hides itself when printed, and cannot be compared,
    hashed, copied or pickled. The value comes by reveal() only; wipe() overwrites it, at the latest
    when the object goes. What reveal() returned is the caller's to forget.

    version: grows with each rotation · freshness: "fresh", "stale" or "pinned" · age: ms, with
    "stale" · expires_at: ms since the epoch, UTC, or None.
    """

    __slots__ = ("_value", "version", "freshness", "age", "expires_at")

    def __init__(self, value, version: int, freshness: str = "fresh", age: Optional[int] = None,
                 expires_at: Optional[int] = None):
        self._value = bytearray(value)
        self.version, self.freshness = version, freshness
        self.age, self.expires_at = age, expires_at

    @classmethod
    def _from_reply(cls, reply):
        value = reply.pop("value")
        secret = cls(value, **reply)
        value.release()
        return secret

    def reveal(self) -> str:
        """The value as text (UTF-8). Raises ValueError for other bytes: reveal_bytes()."""
        try:
            return self._value.decode("utf-8")
        except UnicodeDecodeError:
            pass  # it holds the value, and must not be the context of what is raised
        raise ValueError("the value is not UTF-8 text: use reveal_bytes()")

    def reveal_bytes(self) -> bytes:
        """The value as bytes."""
        return bytes(self._value)

    def wipe(self) -> None:
        """Overwrites the value; reveal() then returns an empty one."""
        self._value[:] = bytes(len(self._value))
        self._value.clear()

    def __enter__(self) -> "Secret":
        return self

    def __exit__(self, *_) -> None:
        self.wipe()

    def __del__(self):
        if hasattr(self, "_value"):
            self.wipe()

    def __repr__(self) -> str:
        return f"Secret(hidden, version={self.version})"

    __str__ = __repr__

    def __format__(self, _spec) -> str:
        return repr(self)

    def _refuse(self, *_):
        raise TypeError("a Secret cannot be compared, hashed, copied or pickled: use reveal()")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __hash__ = __copy__ = __deepcopy__ = __reduce_ex__ = __reduce__ = __getstate__ = _refuse
