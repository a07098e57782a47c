"""The messages of SPEC.md, section 5, declared a second time, with sample values for each."""

from encode import field, join, record, u64

OPCODES = {
    "hello": 0x01,
    "ping": 0x02,
    "status": 0x03,
    "integration_set": 0x10,
    "integration_show": 0x11,
    "integration_list": 0x12,
    "integration_rotate": 0x13,
    "integration_delete": 0x14,
    "integration_fetch": 0x15,
}

FRESHNESS = {"fresh": 0, "stale": 1, "pinned": 2}

# Fields in tag order, from tag 1: name and type; a `?` marks the optional ones.
RECORD = (
    "integration:identifier provider:identifier label:text status:text scopes:text version:u64 "
    "created_at:u64 rotated_at:u64 last_used_at:u64? expires_at:u64? last_error:text?"
)
FIELDS = {
    "error": "code:u64 name:text text:text",
    "hello_request": "version_min:u64 version_max:u64 client:text?",
    "hello_reply": "version:u64 server:text frame_size_max:u64 secret_size_max:u64 "
    "in_flight_max:u64",
    "ping_request": "",
    "ping_reply": "",
    "status_request": "",
    "status_reply": "version:text started_at:u64 memory_mode:text memory_total:u64 "
    "memory_used:u64 key_source:text key_id:text store:text connections:u64 requests:u64 "
    "cache_entries:u64 cache_bytes:u64",
    "integration_set_request": "company:identifier integration:identifier value:secret "
    "provider:identifier? label:text? scopes:text? expires_at:u64? replace:bool?",
    "integration_set_reply": RECORD,
    "integration_show_request": "company:identifier integration:identifier",
    "integration_show_reply": RECORD,
    "integration_list_request": "company:identifier after:identifier? limit:u64?",
    "integration_list_reply": "integrations:list more:bool",
    "integration_rotate_request": "company:identifier integration:identifier value:secret "
    "expires_at:u64? if_version:u64?",
    "integration_rotate_reply": RECORD,
    "integration_delete_request": "company:identifier integration:identifier if_version:u64?",
    "integration_delete_reply": "",
    "integration_fetch_request": "company:identifier integration:identifier",
    "integration_fetch_reply": "value:secret version:u64 freshness:freshness age:u64? "
    "expires_at:u64?",
    "record": RECORD,
}

# A value of each field, by name; the required ones make a message's smallest sample.
VALUES = {
    "after": "github",
    "age": 1500,
    "cache_bytes": 8192,
    "cache_entries": 12,
    "client": "coffer-python/0.1.0",
    "code": 21,
    "company": "cmp_acme",
    "connections": 3,
    "created_at": 1767225600000,
    "expires_at": 1798761600000,
    "frame_size_max": 1048576,
    "freshness": "fresh",
    "if_version": 4,
    "in_flight_max": 128,
    "integration": "slack",
    "integrations": [],
    "key_id": "00112233445566778899aabbccddeeff",
    "key_source": "file",
    "label": "Slack, the company's own",
    "last_error": "the provider refused the refresh token",
    "last_used_at": 1767225900000,
    "limit": 50,
    "memory_mode": "memfd_secret",
    "memory_total": 1048576,
    "memory_used": 4096,
    "more": False,
    "name": "not_found",
    "provider": "slack",
    "replace": True,
    "requests": 1000,
    "rotated_at": 1767225700000,
    "scopes": "channels:read chat:write",
    "secret_size_max": 65536,
    "server": "cofferd/0.1.0",
    "started_at": 1767225500000,
    "status": "connected",
    "store": "sqlite",
    "text": "there is no such integration",
    "value": b"xoxb-not-a-real-token",
    "version": 4,
    "version_max": 1,
    "version_min": 1,
}
STATUS_VERSION = "0.1.0"


def declared(message):
    """Yields (tag, name, type, required) of a message."""
    for tag, text in enumerate(FIELDS[message].split(), 1):
        name, kind = text.rstrip("?").split(":")
        yield tag, name, kind, not text.endswith("?")


def sample(message, full=False, **changes):
    values = {n: VALUES[n] for _, n, _, required in declared(message) if required or full}
    if message == "status_reply":
        values["version"] = STATUS_VERSION
    if message == "hello_reply":
        values["version"] = 1
    return {**values, **changes}


def encoded(kind, value):
    if kind in ("identifier", "text"):
        return value.encode()
    if kind == "u64":
        return u64(value)
    if kind == "bool":
        return bytes([value])
    if kind == "freshness":
        return u64(FRESHNESS[value])
    if kind == "list":
        return join(*(record(fields_of("record", one)) for one in value))
    return value  # a secret: bytes or pieces


def fields_of(message, values, raw=None):
    """All fields of `values` in tag order; `raw` maps names to contents that are taken as is."""
    raw = raw or {}
    out = []
    for tag, name, kind, _ in declared(message):
        if name in raw:
            out += field(tag, raw[name])
        elif name in values:
            out += field(tag, encoded(kind, values[name]))
    return out


def printed(message, values):
    """The `message` of a case."""
    kinds = {name: kind for _, name, kind, _ in declared(message)}
    return {name: print_value(kinds[name], value) for name, value in values.items()}


def print_value(kind, value):
    if kind == "u64":
        return value if value <= 2**53 else str(value)
    if kind == "list":
        return [printed("record", one) for one in value]
    if kind != "secret":
        return value
    if isinstance(value, bytes):
        return {"secret_hex": value.hex()}
    ((unit, count),) = value
    return {"secret_repeat": [unit.hex(), count]}
