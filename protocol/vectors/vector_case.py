"""What every case has in common: the shape that README.md describes."""

from encode import ERROR, REPLY, REQUEST_ID, compact, frame
from messages import OPCODES, fields_of, printed


def make(name, about, rule, kind, op, content, outcome, **more):
    case = {
        "name": name,
        "about": about,
        "rule": rule.split(),
        "kind": kind,
        "op": op,
        "side": "client" if kind == "reply" else "daemon",
        "bytes": compact(content),
        "outcome": outcome,
        "field": None,
        "request_id": None,
        "message": None,
        "canonical": False,
        "frames": None,
        "missing": None,
    }
    unknown = set(more) - set(case)
    assert not unknown, unknown
    return {**case, **more}


def short(message):
    """How cases name a message."""
    return message.removeprefix("integration_")


def named(message):
    """The op, kind and flags of `integration_fetch_reply`, or of `error` (told by its op)."""
    op, kind = message.rsplit("_", 1)
    return op, kind, REPLY if kind == "reply" else 0


def decoded(name, about, rule, message, values, fields=None, request_id=REQUEST_ID):
    """A message that decodes to `values`; other `fields` than its own make it not canonical."""
    op, kind, flags = named(message)
    content = fields_of(message, values) if fields is None else fields
    return make(
        name, about, rule, kind, op, frame(OPCODES[op], content, flags, request_id), "ok",
        request_id=request_id, message=printed(message, values), canonical=fields is None)


def refused(name, about, rule, message, fields, outcome, blamed=None):
    """A well-framed message with a decode error."""
    op, kind, flags = named(message)
    content = frame(OPCODES[op], fields, flags)
    return make(name, about, rule, kind, op, content, outcome,
                field=blamed, request_id=REQUEST_ID)


def error_reply(name, about, rule, values, op="integration_fetch", fields=None,
                outcome="ok", blamed=None, opcode=None, request_id=REQUEST_ID):
    """A reply with the error flag; `op` None and an `opcode` for one that no table knows."""
    content = fields_of("error", values) if fields is None else fields
    code = OPCODES[op] if opcode is None else opcode
    ok = outcome == "ok"
    return make(
        name, about, rule, "reply", op, frame(code, content, REPLY | ERROR, request_id), outcome,
        field=blamed, request_id=request_id, message=printed("error", values) if ok else None,
        canonical=ok and fields is None)


def stream(name, about, rule, content, outcome, frames=(), missing=None, side="daemon"):
    """Bytes for the splitter only: the sizes of the whole frames, then how it ends."""
    return make(name, about, rule, "stream", None, content, outcome,
                frames=list(frames), missing=missing, side=side)
