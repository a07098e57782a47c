"""Every operation's request and reply: smallest, all fields, unknown fields."""

from encode import UNASSIGNED, field, join
from messages import MESSAGES, distinct_messages, fields_of, sample
from vector_case import decoded, short


def samples():
    for message in MESSAGES:
        smallest, full = sample(message), sample(message, full=True)
        yield decoded(short(message), "The smallest message: required fields only.",
                      "P2.1 P4.8 P5.2", message, smallest)
        if full != smallest:
            yield decoded(short(message) + "_all_fields", "Every declared field is present.",
                          "P4.8 P5.2", message, full)


def variants():
    yield decoded("hello_request_version_range", "A client that speaks versions 1 to 3.",
                  "P5.2", "hello_request", sample("hello_request", version_max=3))
    yield decoded("fetch_reply_stale", "A value served from the cache, with its age.",
                  "P3.7 P5.2", "integration_fetch_reply",
                  sample("integration_fetch_reply", freshness="stale", age=1500))
    yield decoded("fetch_reply_pinned", "A value kept for a run.", "P3.7 P5.2",
                  "integration_fetch_reply", sample("integration_fetch_reply", freshness="pinned"))
    yield decoded("fetch_reply_fell_forward", "The run's own version has expired or was cut.",
                  "P5.2", "integration_fetch_reply",
                  sample("integration_fetch_reply", fell_forward=True))
    yield decoded("fetch_request_of_a_run", "The version that a run keeps.", "P5.2",
                  "integration_fetch_request", sample("integration_fetch_request", full=True))
    yield decoded("token_fetch_reply_stale", "A token served from the cache, with its age.",
                  "P3.7 P5.2", "token_fetch_reply",
                  sample("token_fetch_reply", freshness="stale", age=1500))
    yield decoded("policy_explain_reply_denied", "No rule grants it; none has a verdict.",
                  "P3.6 P3.8 P5.2", "policy_explain_reply",
                  sample("policy_explain_reply", allowed=False))
    yield decoded("set_request_replace_false", "An explicit false is a field like any other.",
                  "P3.6 P4.8", "integration_set_request",
                  sample("integration_set_request", replace=False))
    yield decoded("request_id_zero", "Zero is an id like any other.", "P1.6",
                  "ping_request", {}, request_id=0)
    yield decoded("request_id_max", "The largest id.", "P1.6",
                  "ping_request", {}, request_id=0xFFFFFFFF)
    yield decoded("reply_id_max", "A reply with the largest id.", "P1.6",
                  "ping_reply", {}, request_id=0xFFFFFFFF)


def unknown_fields():
    fetch = sample("integration_fetch_request")
    whole = fields_of("integration_fetch_request", fetch)
    later = field(UNASSIGNED, b"later")
    for name, about, extra in (
        ("after", "An unknown field behind the declared ones.", later),
        ("empty", "An unknown field without content.", field(UNASSIGNED, b"")),
        ("tag_255", "The highest tag there is.", field(255, b"last")),
        ("several", "Unknown fields with gaps.",
         join(field(UNASSIGNED, b"a"), field(UNASSIGNED + 5, b"b"), field(255, b""))),
        ("bytes_free", "What stands in an unknown field is not judged.",
         field(UNASSIGNED, bytes(range(256)))),
    ):
        yield decoded("fetch_request_unknown_" + name, about, "P4.6",
                      "integration_fetch_request", fetch, join(whole, extra))
    few = sample("integration_list_request")
    yield decoded("list_request_unknown_after_absent",
                  "Optional fields are absent; the unknown one is not taken for one of them.",
                  "P4.6 P4.8", "integration_list_request", few,
                  join(fields_of("integration_list_request", few), later))
    for message in distinct_messages():
        values = sample(message, full=True)
        yield decoded(short(message) + "_unknown", "A newer peer's field is skipped.", "P4.6 P5.4",
                      message, values, join(fields_of(message, values), field(UNASSIGNED, b"new")))


def cases():
    yield from samples()
    yield from variants()
    yield from unknown_fields()
