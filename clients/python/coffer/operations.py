"""All operations of protocol 1 and their messages (protocol/SPEC.md, section 5)."""

from .fields import (
    BOOL, FRESH, ID, LABEL, SCOPES, SECRET, SECRET_SIZE_MAX, TEXT, TEXT32, TEXT64, TEXT512, U64,
    fields_of, records_of,
)

_SMALL, _WITH_TEXT, _WITH_SECRET = 1024, 4096, SECRET_SIZE_MAX + 4096  # bytes of a request

_NONE = fields_of()
_COMPANY = ((1, "company", ID),)
_KEY = _COMPANY + ((2, "integration", ID),)
_RUN = _COMPANY + ((2, "run", ID),)
_AGENT = _COMPANY + ((2, "agent", ID),)

ERROR = fields_of((1, "code", U64), (2, "name", TEXT64), (3, "text", TEXT))
INTEGRATION = fields_of(
    (1, "integration", ID), (2, "provider", ID), (3, "label", LABEL), (4, "status", TEXT32),
    (5, "scopes", SCOPES), (6, "version", U64), (7, "created_at", U64), (8, "rotated_at", U64),
    (9, "last_used_at?", U64), (10, "expires_at?", U64), (11, "last_error?", TEXT))
RUN = fields_of((1, "run", ID), (2, "agent", ID), (3, "epoch", U64), (4, "began_at", U64),
                (5, "ends_at", U64))
AUTHORITY = fields_of((1, "company", ID), (2, "agent", ID), (3, "run", ID), (4, "ends_at", U64))
TOKEN = fields_of(
    (1, "kid", ID), (2, "agent", ID), (3, "scopes", SCOPES), (4, "version", U64),
    (5, "issued_at", U64), (6, "expires_at?", U64), (7, "revoked_at?", U64),
    (8, "last_used_at?", U64))
AUDIT_ENTRY = fields_of(
    (1, "sequence", U64), (2, "at", U64), (3, "uid", U64), (4, "pid", U64),
    (5, "operation", TEXT32), (6, "outcome", TEXT32), (7, "rule", LABEL), (8, "company?", ID),
    (9, "subject?", ID), (10, "agent?", ID), (11, "run?", ID), (12, "version?", U64))
AUDIT_CHAIN = fields_of(
    (1, "chain", ID), (2, "records", U64), (3, "first", U64), (4, "last", U64),
    (5, "intact", BOOL), (6, "where?", TEXT), (7, "missing?", U64), (8, "holes?", TEXT))
HOST = fields_of(
    (1, "host", ID), (2, "name", LABEL), (3, "version", TEXT64), (4, "keys", TEXT512),
    (5, "started_at", U64), (6, "seen_ago", U64), (7, "lag", U64),
    (8, "clock_ahead?", U64), (9, "clock_behind?", U64))
COMPANY = fields_of((1, "company", ID))
GRANT = fields_of(
    (1, "rule", TEXT64), (2, "roles", LABEL), (3, "rights", LABEL), (4, "companies?", TEXT),
    (5, "integrations?", TEXT), (6, "agents?", TEXT))
VERDICT = fields_of((1, "rule", TEXT64), (2, "grants", BOOL), (3, "reason", LABEL))

# Operation: opcode, largest request in bytes, fields of the request, fields of the reply.
OPERATIONS = {
    "hello": (0x01, _SMALL,
              fields_of((1, "version_min", U64), (2, "version_max", U64), (3, "client?", LABEL)),
              fields_of((1, "version", U64), (2, "server", LABEL), (3, "frame_size_max", U64),
                        (4, "secret_size_max", U64), (5, "in_flight_max", U64))),
    "ping": (0x02, _SMALL, _NONE, _NONE),
    "status": (0x03, _SMALL, _NONE, fields_of(
        (1, "version", TEXT64), (2, "started_at", U64), (3, "memory_mode", TEXT32),
        (4, "memory_total", U64), (5, "memory_used", U64), (6, "key_source", TEXT32),
        (7, "key_id", TEXT64), (8, "store", TEXT32), (9, "connections", U64),
        (10, "requests", U64), (11, "cache_entries", U64), (12, "cache_bytes", U64),
        (13, "store_age?", U64), (14, "clock_ahead?", U64), (15, "clock_behind?", U64),
        (16, "audit_backlog?", U64), (17, "audit_spool_bytes?", U64),
        (18, "audit_state?", TEXT32))),
    "whoami": (0x04, _SMALL, _NONE, fields_of(
        (1, "uid", U64), (2, "unit?", LABEL), (3, "company?", ID), (4, "agent?", ID),
        (5, "run?", ID), (6, "ends_at?", U64), (7, "grants", records_of(GRANT)))),
    "integration_set": (0x10, _WITH_SECRET, fields_of(
        *_KEY, (3, "value", SECRET), (4, "provider?", ID), (5, "label?", LABEL),
        (6, "scopes?", SCOPES), (7, "expires_at?", U64), (8, "replace?", BOOL)), INTEGRATION),
    "integration_show": (0x11, _SMALL, fields_of(*_KEY), INTEGRATION),
    "integration_list": (0x12, _SMALL,
                         fields_of(*_COMPANY, (2, "after?", ID), (3, "limit?", U64)),
                         fields_of((1, "integrations", records_of(INTEGRATION)),
                                   (2, "next?", ID))),
    "integration_rotate": (0x13, _WITH_SECRET, fields_of(
        *_KEY, (3, "value", SECRET), (4, "expires_at?", U64), (5, "if_version?", U64),
        (6, "cut?", BOOL)), INTEGRATION),
    "integration_delete": (0x14, _SMALL, fields_of(*_KEY, (3, "if_version?", U64)), _NONE),
    "integration_fetch": (0x15, _SMALL, fields_of(*_KEY, (3, "run?", ID)), fields_of(
        (1, "value", SECRET), (2, "version", U64), (3, "freshness", FRESH), (4, "age?", U64),
        (5, "expires_at?", U64), (6, "fell_forward?", BOOL))),
    "run_begin": (0x20, _SMALL, fields_of(*_RUN, (3, "agent", ID), (4, "time_limit?", U64)), RUN),
    "run_end": (0x21, _SMALL, fields_of(*_RUN), _NONE),
    "run_list": (0x22, _SMALL, fields_of(*_COMPANY, (2, "after?", ID), (3, "limit?", U64)),
                 fields_of((1, "runs", records_of(RUN)), (2, "next?", ID))),
    "narrow": (0x23, _SMALL, fields_of(*_RUN), AUTHORITY),
    "ticket_issue": (0x24, _SMALL, fields_of(*_RUN, (3, "uid?", U64), (4, "lifetime?", U64)),
                     fields_of((1, "ticket", SECRET), (2, "expires_at", U64))),
    "ticket_redeem": (0x25, _SMALL, fields_of((1, "ticket", SECRET)), AUTHORITY),
    "token_issue": (0x30, _WITH_TEXT,
                    fields_of(*_AGENT, (3, "scopes", SCOPES), (4, "expires_at?", U64)), TOKEN),
    "token_fetch": (0x31, _SMALL, fields_of(*_AGENT), fields_of(
        (1, "value", SECRET), (2, "kid", ID), (3, "version", U64), (4, "freshness", FRESH),
        (5, "age?", U64), (6, "expires_at?", U64))),
    "token_rotate": (0x32, _WITH_TEXT, fields_of(
        *_AGENT, (3, "overlap?", U64), (4, "expires_at?", U64), (5, "scopes?", SCOPES)), TOKEN),
    "token_revoke": (0x33, _SMALL, fields_of(*_AGENT, (3, "kid?", ID)),
                     fields_of((1, "revoked", U64))),
    "token_list": (0x34, _SMALL, fields_of(
        *_COMPANY, (2, "agent?", ID), (3, "after?", ID), (4, "limit?", U64)),
        fields_of((1, "tokens", records_of(TOKEN)), (2, "next?", ID))),
    "token_validate": (0x35, _SMALL, fields_of(
        (1, "token", SECRET), (2, "company", ID), (3, "agent", ID), (4, "scope?", LABEL)),
        fields_of((1, "kid", ID), (2, "scopes", SCOPES), (3, "expires_at?", U64),
                  (4, "freshness", FRESH), (5, "age?", U64))),
    "audit_list": (0x40, _SMALL, fields_of(
        (1, "company?", ID), (2, "after?", U64), (3, "before?", U64), (4, "limit?", U64),
        (5, "chain?", ID)),
        fields_of((1, "records", records_of(AUDIT_ENTRY)), (2, "position", U64),
                  (3, "next?", U64))),
    "audit_verify": (0x41, _SMALL, _NONE, fields_of((1, "chains", records_of(AUDIT_CHAIN)))),
    "policy_explain": (0x50, _WITH_TEXT, fields_of(
        (1, "uid", U64), (2, "unit?", LABEL), (3, "operation", TEXT64), (4, "company?", ID),
        (5, "integration?", ID), (6, "agent?", ID)),
        fields_of((1, "allowed", BOOL), (2, "verdicts", records_of(VERDICT)))),
    "host_list": (0x60, _SMALL, fields_of((1, "after?", ID), (2, "limit?", U64)),
                  fields_of((1, "hosts", records_of(HOST)), (2, "next?", ID))),
    "company_list": (0x61, _SMALL, fields_of((1, "after?", ID), (2, "limit?", U64)),
                     fields_of((1, "companies", records_of(COMPANY)), (2, "next?", ID))),
}

# Asked twice, they do what they do when asked once (P5.8).
REPEATABLE = frozenset((
    "ping", "status", "whoami", "integration_show", "integration_list", "integration_fetch",
    "run_list", "narrow", "token_fetch", "token_list", "token_validate", "audit_list",
    "audit_verify", "policy_explain", "host_list", "company_list"))

_LIMITS = {row[0]: row[1] for row in OPERATIONS.values()}


def request_limit(opcode):
    """The largest frame that a daemon accepts for an opcode, header included."""
    return _LIMITS.get(opcode, _WITH_SECRET)
