"""The types a field can have, and messages as their fields (protocol/SPEC.md, sections 3 and 4).

Messages are dicts from field names to values: str, int, bool, bytes (secrets) or lists of dicts.
"""

import re
import struct

SECRET_SIZE_MAX = 64 * 1024
LIST_ENTRIES_MAX = 200
FRESHNESS = ("fresh", "stale", "pinned")

_FIELD = struct.Struct(">BI")
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


def records_of(fields):
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
TEXT32, TEXT64, TEXT512 = _text(32), _text(64), _text(512)
SECRET = (_encode_secret, _encode_secret)
U64 = (_encode_u64, _decode_u64)
BOOL = (_encode_bool, _decode_bool)
FRESH = (_encode_freshness, _decode_freshness)


def fields_of(*rows):
    """Rows of (tag, name, type); a name that ends in "?" is optional."""
    return tuple((tag, name.rstrip("?"), kind, not name.endswith("?")) for tag, name, kind in rows)


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
