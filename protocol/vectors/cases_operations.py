"""Every operation's request and reply: smallest, all fields, unknown fields."""

from encode import field, join, record
from messages import FIELDS, fields_of, sample
from vector_case import decoded


def short(message):
    return message.removeprefix("integration_")


def samples():
    for message in FIELDS:
        if message in ("error", "record"):
            continue
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
    for name, about, extra in (
        ("after", "An unknown field behind the declared ones.", field(3, b"later")),
        ("empty", "An unknown field without content.", field(3, b"")),
        ("tag_255", "The highest tag there is.", field(255, b"last")),
        ("several", "Unknown fields with gaps.", field(3, b"a") + field(9, b"b") + field(200, b"")),
        ("bytes_free", "What stands in an unknown field is not judged.",
         field(4, bytes(range(256)))),
    ):
        yield decoded("fetch_request_unknown_" + name, about, "P4.6",
                      "integration_fetch_request", fetch, join(whole, extra))
    yield decoded("ping_request_unknown_first", "No declared field stands before or behind it.",
                  "P4.6", "ping_request", {}, field(1, b"echo"))
    yield decoded("list_request_unknown_after_absent",
                  "Optional fields are absent; the unknown one is not taken for one of them.",
                  "P4.6 P4.8", "integration_list_request", sample("integration_list_request"),
                  join(fields_of("integration_list_request", sample("integration_list_request")),
                       field(4, b"later")))
    for message in ("hello_request", "hello_reply", "status_reply", "integration_fetch_reply",
                    "integration_set_request", "integration_show_reply"):
        values = sample(message, full=True)
        yield decoded(short(message) + "_unknown", "A newer peer's field is skipped.", "P4.6",
                      message, values, join(fields_of(message, values), field(77, b"new")))
    one = sample("record", full=True)
    extended = record(join(fields_of("record", one), field(12, b"between")))
    yield decoded("list_reply_unknown_between",
                  "Unknown fields at the end of each record, between the declared ones.",
                  "P3.8 P4.6", "integration_list_reply",
                  {"integrations": [one, one], "more": True},
                  join(field(1, join(extended, extended)), field(2, b"\x01"), field(3, b"")))


def cases():
    yield from samples()
    yield from variants()
    yield from unknown_fields()
