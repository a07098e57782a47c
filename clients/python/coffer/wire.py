"""Protocol 1 of Coffer: frames (protocol/SPEC.md, sections 2 and 6). No I/O."""

import struct

from .fields import (  # noqa: F401  (the codec, in one place for its users)
    BOOL, FRESH, ID, LABEL, LIST_ENTRIES_MAX, SCOPES, SECRET, SECRET_SIZE_MAX, TEXT, U64,
    WireError, decode_fields, encode_fields,
)
from .operations import (  # noqa: F401
    ERROR, INTEGRATION, OPERATIONS, REPEATABLE, request_limit,
)

# Operations whose requests hold a secret.
SEND_SECRETS = frozenset(operation for operation, (_, _, request, _) in OPERATIONS.items()
                         if any(kind is SECRET for _, _, kind, _ in request))

VERSION = 1
HEADER_SIZE = 12
FRAME_SIZE_MAX = 1 << 20
FLAG_REPLY, FLAG_ERROR = 1, 2

_HEADER = struct.Struct(">IBBHI")


def any_frame(_opcode):
    """The limit of a side that takes whatever the protocol allows."""
    return FRAME_SIZE_MAX


def encode_frame(opcode, flags, request_id, fields):
    """A whole frame."""
    return _HEADER.pack(8 + len(fields), opcode, flags, 0, request_id) + fields


def encode_request(operation, message):
    """A whole request under id 0: see set_request_id(). Wipe it as encode_fields() says. Raises
    WireError."""
    opcode, limit, fields, _ = OPERATIONS[operation]
    out = encode_fields(fields, message, HEADER_SIZE)
    if len(out) > limit:
        out[:] = bytes(len(out))
        raise WireError("frame_too_large", "the request", f"must have at most {limit} bytes")
    _HEADER.pack_into(out, 0, len(out) - 4, opcode, 0, 0, 0)
    return out


def set_request_id(frame, request_id):
    """Writes the id into a whole frame."""
    frame[8:12] = request_id.to_bytes(4, "big")


def split(data, limit=any_frame):
    """The first frame of `data`: (size, opcode, flags, request id); None while bytes are missing.
    Raises WireError: malformed_frame or frame_too_large."""
    if len(data) < 4:
        return None
    size = 4 + int.from_bytes(data[:4], "big")
    if size < HEADER_SIZE:
        raise WireError("malformed_frame")
    if size > FRAME_SIZE_MAX or (len(data) > 4 and size > limit(data[4])):
        raise WireError("frame_too_large")
    if len(data) < HEADER_SIZE:
        return None
    _, opcode, flags, reserved, request_id = _HEADER.unpack_from(data)
    if reserved or flags not in (0, FLAG_REPLY, FLAG_REPLY | FLAG_ERROR):
        raise WireError("malformed_frame")
    return (size, opcode, flags, request_id) if len(data) >= size else None


def missing(data):
    """Bytes until the header is whole or, with a whole header, the frame: where split() is None."""
    if len(data) < HEADER_SIZE:
        return HEADER_SIZE - len(data)
    return 4 + int.from_bytes(data[:4], "big") - len(data)
