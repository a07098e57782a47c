"""Error replies: every code, unknown codes, broken ones; and the canary."""

from encode import UNASSIGNED, field, join
from messages import fields_of, sample
from vector_case import decoded, error_reply

CODES = {
    1: "malformed_frame", 2: "frame_too_large", 3: "truncated_field", 4: "trailing_bytes",
    5: "duplicate_field", 6: "field_order", 7: "missing_field", 8: "invalid_field",
    9: "unknown_operation", 10: "unsupported_version", 11: "hello_expected",
    12: "unexpected_hello", 20: "denied", 21: "not_found", 22: "already_exists",
    23: "version_conflict", 24: "tampered", 25: "key_unavailable", 26: "run_ended",
    27: "invalid_ticket", 30: "too_many_connections", 31: "too_many_requests", 32: "overloaded",
    33: "timed_out", 34: "shutting_down", 40: "store_unavailable", 41: "audit_unavailable",
    42: "outcome_unknown", 50: "internal", 60: "token_unknown", 61: "token_expired",
    62: "token_revoked",
    63: "wrong_agent", 64: "wrong_company", 65: "missing_scope",
}

# Which operation a code answers, where it is not integration_fetch.
ANSWERED = {
    "unsupported_version": "hello", "hello_expected": "hello", "run_ended": "narrow",
    "invalid_ticket": "ticket_redeem", "token_unknown": "token_validate",
    "token_expired": "token_validate", "token_revoked": "token_validate",
    "wrong_agent": "token_validate", "wrong_company": "token_validate",
    "missing_scope": "token_validate",
}


def codes():
    for code, name in CODES.items():
        op = ANSWERED.get(name, "integration_fetch")
        yield error_reply("error_" + name, f"Code {code} and its stable name.", "P7.1",
                          {"code": code, "name": name, "text": "a sentence for people"}, op)
    for name, code in (("60000", 60000), ("65558", 65536 + 22), ("max", 2**64 - 1), ("0", 0)):
        yield error_reply("error_unknown_code_" + name,
                          "A number that no table has is kept, never mapped to a known one.",
                          "P7.2", {"code": code, "name": "from_the_future", "text": ""})


def shapes():
    values = sample("error")
    yield error_reply("error_reply_unknown_operation", "The answer to an opcode that is unknown.",
                      "P5.1 P5.3", {"code": 9, "name": "unknown_operation", "text": ""}, None,
                      opcode=0x7F)
    yield error_reply("error_reply_to_no_request", "An error that answers no known request.",
                      "P5.3 P7.3", {"code": 30, "name": "too_many_connections", "text": ""}, None,
                      opcode=0, request_id=0)
    for op in ("hello", "ping", "integration_list"):
        yield error_reply(f"error_reply_of_{op}", "An error reply looks the same whatever the op.",
                          "P5.3", {"code": 20, "name": "denied", "text": "denied"}, op)
    yield error_reply("error_reply_unknown_field", "A newer daemon says more.", "P4.6 P5.3",
                      values, fields=join(fields_of("error", values), field(UNASSIGNED, b"more")))
    for blamed in values:
        short = {name: value for name, value in values.items() if name != blamed}
        yield error_reply(f"error_reply_{blamed}_missing", "All three fields are required.",
                          "P4.7 P7.1", None, fields=fields_of("error", short),
                          outcome="missing_field", blamed=blamed)
    yield error_reply("error_reply_code_2_bytes", "A code is a u64.", "P3.5 P7.1", None,
                      fields=fields_of("error", values, {"code": b"\0\x15"}),
                      outcome="invalid_field", blamed="code")


def canary():
    """Right in all but one field of the message, so that only a deep comparison notices."""
    message = "integration_fetch_request"
    case = decoded("canary_must_fail", "A wrong expectation: the bytes say slack, not github. "
                   "A runner that passes this case compares too little.", "P5.2", message,
                   sample(message))
    case["message"]["integration"] = "github"
    return case


def cases():
    yield from codes()
    yield from shapes()
