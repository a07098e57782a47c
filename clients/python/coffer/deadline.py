"""The end of a call, from its first byte to the last of its answer."""

import socket
import time

from .errors import InvalidField

_SECONDS_MAX = 1_000_000


class Deadline:
    """`seconds` from now, or never if None. Raises InvalidField for what is no such time."""

    def __init__(self, seconds):
        if seconds is not None and not (
                isinstance(seconds, (int, float)) and 0 < seconds <= _SECONDS_MAX):
            raise InvalidField(f"timeout must be more than 0 and at most {_SECONDS_MAX} seconds, "
                               "or None to wait for ever")
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self):
        """Seconds, or None. Raises socket.timeout when none is left."""
        if self._end is None:
            return None
        left = self._end - time.monotonic()
        if left <= 0:
            raise socket.timeout()
        return left
