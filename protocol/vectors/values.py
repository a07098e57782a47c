"""A sample value of each field, by its name; `VALUES_OF` has those of single messages."""

import zlib

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def token_text(kid, secret):
    """SPEC.md, section 10: cagt_<kid:10>_<secret:43><crc:6>."""
    checked = f"cagt_{kid}_{secret}".encode()
    crc, digits = zlib.crc32(checked), ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        digits = BASE62[digit] + digits
    return checked + digits.encode()


KID = "4Rk0Zq8sNe"
TOKEN = token_text(KID, "0" * 43)

VALUES = {
    "after": "github",
    "age": 1500,
    "agent": "agent_support",
    "agents": "agent_support agent_sales",
    "allowed": True,
    "at": 1767226000000,
    "audit_backlog": 12,
    "audit_spool_bytes": 16777216,
    "audit_state": "shipping",
    "before": 1201,
    "began_at": 1767225650000,
    "cache_bytes": 8192,
    "cache_entries": 12,
    "chain": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "chains": [],
    "clock_ahead": 40,
    "clock_behind": 2500,
    "client": "coffer-python/0.1.0",
    "code": 21,
    "companies": [],
    "company": "cmp_acme",
    "connections": 3,
    "created_at": 1767225600000,
    "cut": True,
    "ends_at": 1767312050000,
    "epoch": 17,
    "expires_at": 1798761600000,
    "fell_forward": True,
    "first": 1,
    "frame_size_max": 1048576,
    "freshness": "fresh",
    "grants": [],
    "holes": "records 41 to 48",
    "host": "6f1c2d1e-0000-4000-8000-000000000001",
    "hosts": [],
    "if_version": 4,
    "in_flight_max": 128,
    "intact": True,
    "integration": "slack",
    "integrations": [],
    "issued_at": 1767225610000,
    "key_id": "00112233445566778899aabbccddeeff",
    "key_source": "file",
    "keys": "0123456789abcdef0123456789abcdef",
    "kid": KID,
    "label": "Slack, the company's own",
    "lag": 120,
    "last": 1200,
    "last_error": "the provider refused the refresh token",
    "last_used_at": 1767225900000,
    "lifetime": 5000,
    "limit": 50,
    "memory_mode": "memfd_secret",
    "memory_total": 1048576,
    "memory_used": 4096,
    "missing": 8,
    "name": "not_found",
    "next": "slack",
    "operation": "integration_fetch",
    "outcome": "done",
    "overlap": 60000,
    "pid": 4242,
    "position": 1200,
    "provider": "slack",
    "reason": "it is for other companies",
    "records": [],
    "replace": True,
    "requests": 1000,
    "revoked": 1,
    "rights": "connect fetch",
    "roles": "adapter",
    "revoked_at": 1767225800000,
    "rotated_at": 1767225700000,
    "rule": "adapters of acme",
    "run": "run_2026-01-01:7",
    "runs": [],
    "scope": "tools:call:github.search",
    "scopes": "channels:read chat:write",
    "secret_size_max": 65536,
    "seen_ago": 4200,
    "sequence": 1200,
    "server": "cofferd/0.1.0",
    "started_at": 1767225500000,
    "status": "connected",
    "store": "sqlite",
    "store_age": 240,
    "subject": "slack",
    "text": "there is no such integration",
    "ticket": b"ctkt_" + b"0" * 43,
    "time_limit": 3600000,
    "token": TOKEN,
    "tokens": [],
    "uid": 1001,
    "unit": "acme-adapter.service",
    "value": b"xoxb-not-a-real-token",
    "verdicts": [],
    "version": 4,
    "version_max": 1,
    "version_min": 1,
    "where": "the seal over records 41 to 48 does not match (store)",
}

TOKEN_SCOPES = {"scopes": "memory:read tools:call:github.*"}
VALUES_OF = {
    "audit_list_request": {"after": 1150},
    "audit_list_reply": {"next": 1200},
    "chain_record": {"records": 1200},
    "company_list_reply": {"next": "cmp_acme"},
    "company_list_request": {"after": "cmp_acme"},
    "grant_record": {"companies": "cmp_acme", "integrations": "slack github"},
    "hello_reply": {"version": 1},
    "host_record": {"name": "host-7.example", "version": "cofferd 0.1.0"},
    "run_list_request": {"after": "run_2026-01-01:6"},
    "status_reply": {"version": "0.1.0"},
    "token_fetch_reply": {"value": TOKEN},
    "token_issue_reply": TOKEN_SCOPES,
    "token_issue_request": TOKEN_SCOPES,
    "token_list_request": {"after": KID},
    "token_record": TOKEN_SCOPES,
    "token_rotate_reply": TOKEN_SCOPES,
    "token_rotate_request": TOKEN_SCOPES,
    "token_validate_reply": TOKEN_SCOPES,
    "verdict_record": {"grants": True},
}


def value_of(message, name):
    return VALUES_OF.get(message, {}).get(name, VALUES[name])
