"""The messages of SPEC.md, section 5, declared a second time."""

from encode import field, join, record, u64
from values import value_of

# Opcode and largest request, header included.
SMALL, TEXTS, SECRET = 1024, 4096, 65536 + 4096
OPERATIONS = {
    "hello": (0x01, SMALL),
    "ping": (0x02, SMALL),
    "status": (0x03, SMALL),
    "whoami": (0x04, SMALL),
    "integration_set": (0x10, SECRET),
    "integration_show": (0x11, SMALL),
    "integration_list": (0x12, SMALL),
    "integration_rotate": (0x13, SECRET),
    "integration_delete": (0x14, SMALL),
    "integration_fetch": (0x15, SMALL),
    "run_begin": (0x20, SMALL),
    "run_end": (0x21, SMALL),
    "run_list": (0x22, SMALL),
    "narrow": (0x23, SMALL),
    "ticket_issue": (0x24, SMALL),
    "ticket_redeem": (0x25, SMALL),
    "token_issue": (0x30, TEXTS),
    "token_fetch": (0x31, SMALL),
    "token_rotate": (0x32, TEXTS),
    "token_revoke": (0x33, SMALL),
    "token_list": (0x34, SMALL),
    "token_validate": (0x35, SMALL),
    "audit_list": (0x40, SMALL),
    "audit_verify": (0x41, SMALL),
    "policy_explain": (0x50, TEXTS),
    "host_list": (0x60, SMALL),
    "company_list": (0x61, SMALL),
}
OPCODES = {op: code for op, (code, _) in OPERATIONS.items()}

FRESHNESS = {"fresh": 0, "stale": 1, "pinned": 2}

# Fields in tag order, from tag 1: name and type; a `?` marks the optional ones, and `[run]` is the
# type of a list of run records.
RECORDS = {
    "company_record": "company:identifier",
    "grant_record": "rule:text roles:text rights:text companies:text? integrations:text? "
    "agents:text?",
    "integration_record": "integration:identifier provider:identifier label:text status:text "
    "scopes:text version:u64 created_at:u64 rotated_at:u64 last_used_at:u64? expires_at:u64? "
    "last_error:text?",
    "run_record": "run:identifier agent:identifier epoch:u64 began_at:u64 ends_at:u64",
    "token_record": "kid:identifier agent:identifier scopes:text version:u64 issued_at:u64 "
    "expires_at:u64? revoked_at:u64? last_used_at:u64?",
    "audit_record": "sequence:u64 at:u64 uid:u64 pid:u64 operation:text outcome:text rule:text "
    "company:identifier? subject:identifier? agent:identifier? run:identifier? version:u64?",
    "chain_record": "chain:identifier records:u64 first:u64 last:u64 intact:bool where:text? "
    "missing:u64? holes:text?",
    "verdict_record": "rule:text grants:bool reason:text",
    "host_record": "host:identifier name:text version:text keys:text started_at:u64 seen_ago:u64 "
    "lag:u64 clock_ahead:u64? clock_behind:u64?",
}
NARROWED = "company:identifier agent:identifier run:identifier ends_at:u64"
MESSAGES = {
    "hello_request": "version_min:u64 version_max:u64 client:text?",
    "hello_reply": "version:u64 server:text frame_size_max:u64 secret_size_max:u64 "
    "in_flight_max:u64",
    "ping_request": "",
    "ping_reply": "",
    "status_request": "",
    "status_reply": "version:text started_at:u64 memory_mode:text memory_total:u64 "
    "memory_used:u64 key_source:text key_id:text store:text connections:u64 requests:u64 "
    "cache_entries:u64 cache_bytes:u64 store_age:u64? clock_ahead:u64? clock_behind:u64? "
    "audit_backlog:u64? audit_spool_bytes:u64? audit_state:text?",
    "whoami_request": "",
    "whoami_reply": "uid:u64 unit:text? company:identifier? agent:identifier? run:identifier? "
    "ends_at:u64? grants:[grant]",
    "integration_set_request": "company:identifier integration:identifier value:secret "
    "provider:identifier? label:text? scopes:text? expires_at:u64? replace:bool?",
    "integration_set_reply": RECORDS["integration_record"],
    "integration_show_request": "company:identifier integration:identifier",
    "integration_show_reply": RECORDS["integration_record"],
    "integration_list_request": "company:identifier after:identifier? limit:u64?",
    "integration_list_reply": "integrations:[integration] next:identifier?",
    "integration_rotate_request": "company:identifier integration:identifier value:secret "
    "expires_at:u64? if_version:u64? cut:bool?",
    "integration_rotate_reply": RECORDS["integration_record"],
    "integration_delete_request": "company:identifier integration:identifier if_version:u64?",
    "integration_delete_reply": "",
    "integration_fetch_request": "company:identifier integration:identifier run:identifier?",
    "integration_fetch_reply": "value:secret version:u64 freshness:freshness age:u64? "
    "expires_at:u64? fell_forward:bool?",
    "run_begin_request": "company:identifier run:identifier agent:identifier time_limit:u64?",
    "run_begin_reply": RECORDS["run_record"],
    "run_end_request": "company:identifier run:identifier",
    "run_end_reply": "",
    "run_list_request": "company:identifier after:identifier? limit:u64?",
    "run_list_reply": "runs:[run] next:identifier?",
    "narrow_request": "company:identifier run:identifier",
    "narrow_reply": NARROWED,
    "ticket_issue_request": "company:identifier run:identifier uid:u64? lifetime:u64?",
    "ticket_issue_reply": "ticket:secret expires_at:u64",
    "ticket_redeem_request": "ticket:secret",
    "ticket_redeem_reply": NARROWED,
    "token_issue_request": "company:identifier agent:identifier scopes:text expires_at:u64?",
    "token_issue_reply": RECORDS["token_record"],
    "token_fetch_request": "company:identifier agent:identifier",
    "token_fetch_reply": "value:secret kid:identifier version:u64 freshness:freshness age:u64? "
    "expires_at:u64?",
    "token_rotate_request": "company:identifier agent:identifier overlap:u64? expires_at:u64? "
    "scopes:text?",
    "token_rotate_reply": RECORDS["token_record"],
    "token_revoke_request": "company:identifier agent:identifier kid:identifier?",
    "token_revoke_reply": "revoked:u64",
    "token_list_request": "company:identifier agent:identifier? after:identifier? limit:u64?",
    "token_list_reply": "tokens:[token] next:identifier?",
    "token_validate_request": "token:secret company:identifier agent:identifier scope:text?",
    "token_validate_reply": "kid:identifier scopes:text expires_at:u64? freshness:freshness "
    "age:u64?",
    "audit_list_request": "company:identifier? after:u64? before:u64? limit:u64? "
    "chain:identifier?",
    "audit_list_reply": "records:[audit] position:u64 next:u64?",
    "audit_verify_request": "",
    "audit_verify_reply": "chains:[chain]",
    "policy_explain_request": "uid:u64 unit:text? operation:text company:identifier? "
    "integration:identifier? agent:identifier?",
    "policy_explain_reply": "allowed:bool verdicts:[verdict]",
    "host_list_request": "after:identifier? limit:u64?",
    "host_list_reply": "hosts:[host] next:identifier?",
    "company_list_request": "after:identifier? limit:u64?",
    "company_list_reply": "companies:[company] next:identifier?",
}
FIELDS = {"error": "code:u64 name:text text:text", **RECORDS, **MESSAGES}


def declared(message):
    """Yields (tag, name, type, required) of a message or record."""
    for tag, text in enumerate(FIELDS[message].split(), 1):
        name, kind = text.rstrip("?").split(":")
        yield tag, name, kind, not text.endswith("?")


def required(message):
    return [name for _, name, _, needed in declared(message) if needed]


def distinct_messages():
    """All but the replies that have the fields of an earlier one: what an integration record
    refuses need not be shown three times."""
    seen = set()
    for message, text in MESSAGES.items():
        if message.endswith("_request") or text == "" or text not in seen:
            yield message
        seen.add(text)


def record_of(kind):
    """The record of a list's type; None for another type."""
    return kind.strip("[]") + "_record" if kind.startswith("[") else None


def lists():
    """Yields (message, name of the list, record) of each message that has one."""
    for message in MESSAGES:
        for _, name, kind, _ in declared(message):
            if record_of(kind):
                yield message, name, record_of(kind)


def sample(message, full=False, **changes):
    names = [name for _, name, _, needed in declared(message) if needed or full]
    return {**{name: value_of(message, name) for name in names}, **changes}


def encoded(kind, value):
    if kind in ("identifier", "text"):
        return value.encode()
    if kind == "u64":
        return u64(value)
    if kind == "bool":
        return bytes([value])
    if kind == "freshness":
        return u64(FRESHNESS[value])
    if record_of(kind):
        return join(*(record(fields_of(record_of(kind), one)) for one in value))
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
    if record_of(kind):
        return [printed(record_of(kind), one) for one in value]
    if kind != "secret":
        return value
    if isinstance(value, bytes):
        return {"secret_hex": value.hex()}
    ((unit, count),) = value
    return {"secret_repeat": [unit.hex(), count]}
