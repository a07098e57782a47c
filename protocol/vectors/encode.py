"""Bytes of the wire, built from SPEC.md alone: nothing here is shared with any codec.

Bytes are lists of pieces `(bytes, count)`, so that a big case stays small on disk.
"""

import struct

REPLY, ERROR = 0x01, 0x02
REQUEST_ID = 7
UNASSIGNED = 200  # the first of the tags that no message has, ever (P5.4)


def pieces(content):
    return [(content, 1)] if isinstance(content, bytes) else list(content)


def size(content):
    return sum(len(unit) * count for unit, count in pieces(content))


def join(*contents):
    return [piece for content in contents for piece in pieces(content)]


def u32(number):
    return struct.pack(">I", number)


def u64(number):
    return struct.pack(">Q", number)


def field(tag, content, length=None):
    """tag | length | content; `length` lies about the content's size."""
    told = size(content) if length is None else length
    return join(bytes([tag]) + u32(told), content)


def frame(opcode, fields=b"", flags=0, request_id=REQUEST_ID, reserved=0, length=None):
    """length | opcode | flags | reserved | request id | fields; `length` lies about the size."""
    told = 8 + size(fields) if length is None else length
    return join(struct.pack(">IBBHI", told, opcode, flags, reserved, request_id), fields)


def record(fields, length=None):
    return join(u32(size(fields) if length is None else length), fields)


def prefix(content, count):
    """The first `count` bytes of something small."""
    return b"".join(unit * times for unit, times in pieces(content))[:count]


def compact(content):
    """The `bytes` of a case: hex, or a list of ["hex", h] and ["repeat", h, count]."""
    merged = []
    for unit, count in pieces(content):
        if len(unit) * count <= 64:
            unit, count = unit * count, 1
        if count == 1 and merged and merged[-1][1] == 1:
            merged[-1] = (merged[-1][0] + unit, 1)
        elif unit:
            merged.append((unit, count))
    if all(count == 1 for _, count in merged):
        return "".join(unit.hex() for unit, _ in merged)
    return [["hex", u.hex()] if n == 1 else ["repeat", u.hex(), n] for u, n in merged]
