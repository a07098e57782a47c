"""Exceptions without values: error trackers send the locals of every frame of a traceback."""

import contextlib
import functools
import traceback
from typing import Callable, TypeVar

_PACKAGE = __name__.partition(".")[0]

_Entry = TypeVar("_Entry", bound=Callable)


def without_locals(entry: _Entry) -> _Entry:
    """Decorates an entry of the shim through which values go: an exception that leaves it, and each
    one behind that, holds no local of the shim's frames, the entry's arguments among them."""
    @functools.wraps(entry)
    def guarded(*args, **kwargs):
        try:
            return entry(*args, **kwargs)
        except BaseException as error:
            _forget_locals(error)
            raise
        finally:
            del args, kwargs
    return guarded


def _forget_locals(error):
    seen, waiting = set(), [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        for frame, _ in traceback.walk_tb(one.__traceback__):
            if frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
                with contextlib.suppress(RuntimeError):  # one that still runs clears its own
                    frame.clear()
        waiting += (one.__cause__, one.__context__)
