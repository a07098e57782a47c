"""Protocol 1 of Coffer: frames and messages (protocol/SPEC.md). No I/O.

Messages are dicts from field names to values: str, int, bool, bytes (secrets) or lists of dicts.
"""

import re
import struct

VERSION = 1
HEADER_SIZE = 12
FRAME_SIZE_MAX = 1 << 20
SECRET_SIZE_MAX = 64 * 1024
LIST_ENTRIES_MAX = 200
FLAG_REPLY, FLAG_ERROR = 1, 2
FRESHNESS = ("fresh", "stale", "pinned")

_HEADER, _FIELD = struct.Struct(">IBBHI"), struct.Struct(">BI")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,128}", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class WireError(Exception):
    """Bytes or values that break the protocol: `name` is the error's name, `field` the field or
    None, `why` a rule for people, when encoding. Holds no value."""

    def __init__(self, name, field=None, why=None):
        super().__init__(name if field is None else f"{name}: {field}")
        self.name, self.field, self.why = name, field, why


# Field types: how to encode a value and decode bytes. Both raise ValueError for what breaks a rule.


def _encode_id(value):
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise ValueError("must be 1 to 128 of the characters A-Z a-z 0-9 _ . : -")
    return value.encode("ascii")


def _decode_id(data):
    return _encode_id(bytes(data).decode("ascii")).decode("ascii")


def _text(size_max):
    def encode(value):
        if not isinstance(value, str) or _CONTROL.search(value):
            raise ValueError("must be text without control characters")
        data = value.encode("utf-8")
        if len(data) > size_max:
            raise ValueError(f"must have at most {size_max} bytes")
        return data

    def decode(data):
        return encode(bytes(data).decode("utf-8")).decode("utf-8")

    return encode, decode


def _encode_secret(value):
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise ValueError("must be bytes")
    if not 1 <= len(value) <= SECRET_SIZE_MAX:
        raise ValueError(f"must have 1 to {SECRET_SIZE_MAX} bytes")
    return value


def _encode_u64(value):
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 64:
        raise ValueError("must be an integer from 0 to 2^64 - 1")
    return value.to_bytes(8, "big")


def _decode_u64(data):
    if len(data) != 8:
        raise ValueError("must have 8 bytes")
    return int.from_bytes(data, "big")


def _encode_bool(value):
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return b"\1" if value else b"\0"


def _decode_bool(data):
    if bytes(data) not in (b"\0", b"\1"):
        raise ValueError("must be one byte, 0 or 1")
    return data[0] == 1


def _encode_freshness(value):
    return _encode_u64(FRESHNESS.index(value))


def _decode_freshness(data):
    number = _decode_u64(data)
    if number >= len(FRESHNESS):
        raise ValueError("must be 0, 1 or 2")
    return FRESHNESS[number]


def _records(fields):
    def encode(value):
        if len(value) > LIST_ENTRIES_MAX:
            raise ValueError(f"must have at most {LIST_ENTRIES_MAX} entries")
        parts = [encode_fields(fields, record) for record in value]
        return b"".join(struct.pack(">I", len(part)) + part for part in parts)

    def decode(data):
        out = []
        while data:
            if len(out) == LIST_ENTRIES_MAX or len(data) < 4:
                raise ValueError("too many records, or bytes behind the last one")
            size = int.from_bytes(data[:4], "big")
            if size > len(data) - 4:
                raise WireError("truncated_field")
            out.append(decode_fields(fields, data[4 : 4 + size]))
            data = data[4 + size :]
        return out

    return encode, decode


ID = (_encode_id, _decode_id)
LABEL, SCOPES, TEXT = _text(256), _text(1024), _text(1024)
TEXT32, TEXT64 = _text(32), _text(64)
SECRET = (_encode_secret, _encode_secret)
U64 = (_encode_u64, _decode_u64)
BOOL = (_encode_bool, _decode_bool)
FRESH = (_encode_freshness, _decode_freshness)


def _fields(*rows):
    """Rows of (tag, name, type); a name that ends in "?" is optional."""
    return tuple((tag, name.rstrip("?"), kind, not name.endswith("?")) for tag, name, kind in rows)


_NONE = _fields()
_KEY = ((1, "company", ID), (2, "integration", ID))
INTEGRATION = _fields(
    (1, "integration", ID), (2, "provider", ID), (3, "label", LABEL), (4, "status", TEXT32),
    (5, "scopes", SCOPES), (6, "version", U64), (7, "created_at", U64), (8, "rotated_at", U64),
    (9, "last_used_at?", U64), (10, "expires_at?", U64), (11, "last_error?", TEXT),
)
ERROR = _fields((1, "code", U64), (2, "name", TEXT64), (3, "text", TEXT))

# Operation: opcode, largest request, fields of the request, fields of the reply.
OPERATIONS = {
    "hello": (0x01, 1024,
              _fields((1, "version_min", U64), (2, "version_max", U64), (3, "client?", LABEL)),
              _fields((1, "version", U64), (2, "server", LABEL), (3, "frame_size_max", U64),
                      (4, "secret_size_max", U64), (5, "in_flight_max", U64))),
    "ping": (0x02, 1024, _NONE, _NONE),
    "status": (0x03, 1024, _NONE, _fields(
        (1, "version", TEXT64), (2, "started_at", U64), (3, "memory_mode", TEXT32),
        (4, "memory_total", U64), (5, "memory_used", U64), (6, "key_source", TEXT32),
        (7, "key_id", TEXT64), (8, "store", TEXT32), (9, "connections", U64),
        (10, "requests", U64), (11, "cache_entries", U64), (12, "cache_bytes", U64))),
    "integration_set": (0x10, SECRET_SIZE_MAX + 4096, _fields(
        *_KEY, (3, "value", SECRET), (4, "provider?", ID), (5, "label?", LABEL),
        (6, "scopes?", SCOPES), (7, "expires_at?", U64), (8, "replace?", BOOL)), INTEGRATION),
    "integration_show": (0x11, 1024, _fields(*_KEY), INTEGRATION),
    "integration_list": (0x12, 1024,
                         _fields((1, "company", ID), (2, "after?", ID), (3, "limit?", U64)),
                         _fields((1, "integrations", _records(INTEGRATION)), (2, "more", BOOL))),
    "integration_rotate": (0x13, SECRET_SIZE_MAX + 4096, _fields(
        *_KEY, (3, "value", SECRET), (4, "expires_at?", U64), (5, "if_version?", U64)),
        INTEGRATION),
    "integration_delete": (0x14, 1024, _fields(*_KEY, (3, "if_version?", U64)), _NONE),
    "integration_fetch": (0x15, 1024, _fields(*_KEY), _fields(
        (1, "value", SECRET), (2, "version", U64), (3, "freshness", FRESH), (4, "age?", U64),
        (5, "expires_at?", U64))),
}
REQUEST_LIMITS = {row[0]: row[1] for row in OPERATIONS.values()}


def request_limit(opcode):
    """The largest frame that a daemon accepts for an opcode, header included."""
    return REQUEST_LIMITS.get(opcode, SECRET_SIZE_MAX + 4096)


def any_frame(_opcode):
    """The limit of a side that takes whatever the protocol allows."""
    return FRAME_SIZE_MAX


def encode_fields(fields, message, at=0):
    """The fields of a message behind `at` free bytes; None and missing keys are absent. A bytearray
    that never grew: wiping it leaves no copy of a secret behind. Raises WireError."""
    parts, total = [], at
    for tag, name, (encode, _), required in fields:
        value = message.get(name)
        if value is None:
            if required:
                raise WireError("missing_field", name, "is missing")
            continue
        try:
            data = encode(value)
        except ValueError as error:
            raise WireError("invalid_field", name, str(error)) from None
        parts.append((tag, data))
        total += 5 + len(data)
    out = bytearray(total)
    for tag, data in parts:
        _FIELD.pack_into(out, at, tag, len(data))
        out[at + 5 : at + 5 + len(data)] = data
        at += 5 + len(data)
    return out


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


def _split_fields(data):
    found, at, last, end = {}, 0, 0, len(data)
    while at < end:
        if end - at < 5:
            raise WireError("trailing_bytes")
        tag, size = _FIELD.unpack_from(data, at)
        if tag == 0:
            raise WireError("invalid_field")
        if tag <= last:
            raise WireError("duplicate_field" if tag == last else "field_order")
        if size > end - at - 5:
            raise WireError("truncated_field")
        found[tag] = data[at + 5 : at + 5 + size]
        at, last = at + 5 + size, tag
    return found


def decode_fields(fields, data):
    """A message out of its fields. Secrets are views into `data`: wipe that when done with them.
    Raises WireError."""
    found = _split_fields(memoryview(data))
    message = {}
    for tag, name, (_, decode), required in fields:
        if tag in found:
            try:
                message[name] = decode(found[tag])
            except ValueError:
                raise WireError("invalid_field", name) from None
            except WireError as error:
                raise WireError(error.name, name) from None
        elif required:
            raise WireError("missing_field", name)
    return message


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
