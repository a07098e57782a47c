"""How fields follow each other: truncation, trailing bytes, order, missing fields."""

from encode import UNASSIGNED, field, join, prefix
from messages import MESSAGES, declared, distinct_messages, encoded, fields_of, required, sample
from vector_case import refused, short

FETCH = "integration_fetch_request"
COMPANY, NAME = field(1, b"cmp_acme"), field(2, b"slack")


def truncation():
    for name, about, fields in (
        ("fetch_name_truncated", "The last field promises one byte more than there is.",
         join(COMPANY, field(2, b"slac", length=5))),
        ("fetch_name_all_missing", "A field header with nothing of its content.",
         join(COMPANY, field(2, b"", length=1))),
        ("fetch_company_swallows_name", "A length that runs past all that follows.",
         join(field(1, b"cmp_acme", length=64), NAME)),
        ("fetch_name_length_max", "The largest length a field can claim.",
         join(COMPANY, field(2, b"slack", length=0xFFFFFFFF))),
        ("fetch_name_length_2_31", "A length with the sign bit set.",
         join(COMPANY, field(2, b"slack", length=0x80000000))),
        ("fetch_unknown_truncated", "Unknown fields are skipped, but not past the end.",
         join(COMPANY, NAME, field(UNASSIGNED, b"abc", length=4))),
    ):
        yield refused(name, about, "P4.1", FETCH, fields, "truncated_field")
    yield refused("ping_reply_unknown_truncated", "A message without fields is read to its end.",
                  "P4.1 P4.6", "ping_reply", field(UNASSIGNED, b"", length=1),
                  "truncated_field")
    for count in (1, 2, 3, 4):
        yield refused(f"fetch_trailing_{count}",
                      f"{count} of the five bytes that a field needs at least.", "P4.2", FETCH,
                      join(COMPANY, NAME, bytes(count)), "trailing_bytes")
    yield refused("fetch_name_header_cut", "The header of a field is itself cut off.", "P4.2",
                  FETCH, join(COMPANY, prefix(NAME, 3)), "trailing_bytes")
    yield refused("ping_trailing_1", "A message without fields has no bytes.", "P4.2",
                  "ping_request", b"\1", "trailing_bytes")


def order():
    for name, about, fields in (
        ("fetch_company_twice", "The same field twice, equal or not.",
         join(COMPANY, field(1, b"cmp_evil"), NAME)),
        ("fetch_name_twice", "The last field twice.", join(COMPANY, NAME, NAME)),
        ("fetch_unknown_twice", "Unknown fields obey the order too.",
         join(COMPANY, NAME, field(UNASSIGNED, b""), field(UNASSIGNED, b""))),
    ):
        yield refused(name, about, "P4.3", FETCH, fields, "duplicate_field")
    optional = join(COMPANY, field(3, bytes(8)), field(2, b"github"))
    yield refused("list_optional_swapped", "Two optional fields in the wrong order.", "P4.4",
                  "integration_list_request", optional, "field_order")
    yield refused("fetch_fields_swapped", "The order counts before what seems to be missing.",
                  "P4.4", FETCH, join(NAME, COMPANY), "field_order")
    yield refused("fetch_company_again_at_end", "A lower tag comes late.", "P4.4", FETCH,
                  join(COMPANY, NAME, COMPANY), "field_order")
    yield refused("fetch_unknown_swapped", "Unknown fields obey the order too.", "P4.4", FETCH,
                  join(COMPANY, NAME, field(UNASSIGNED + 1, b""), field(UNASSIGNED, b"")),
                  "field_order")
    for name, about, fields in (
        ("fetch_tag_zero_first", "Tag zero in front.", join(field(0, b""), COMPANY, NAME)),
        ("fetch_tag_zero_last", "Tag zero behind: five zero bytes are not padding.",
         join(COMPANY, NAME, bytes(5))),
    ):
        yield refused(name, about, "P4.5", FETCH, fields, "invalid_field")


def missing():
    for name, about, fields, blamed in (
        ("fetch_no_fields", "The lowest of the missing fields is named.", b"", "company"),
        ("fetch_company_missing", "The first field is missing.", NAME, "company"),
        ("fetch_name_missing", "The last field is missing.", COMPANY, "integration"),
        ("fetch_unknown_is_no_name", "An unknown field does not stand in for a missing one.",
         join(COMPANY, field(UNASSIGNED, b"slack")), "integration"),
    ):
        yield refused(name, about, "P4.7", FETCH, fields, "missing_field", blamed)
    for message in distinct_messages():
        for blamed in required(message):
            if message == FETCH:
                continue
            values = sample(message)
            del values[blamed]
            yield refused(f"{short(message)}_{blamed}_missing", "A required field is missing.",
                          "P4.7 P5.2", message, fields_of(message, values), "missing_field", blamed)


def twice():
    """The structure is judged before what the second one says."""
    for message in distinct_messages():
        if not MESSAGES[message]:
            continue
        values = sample(message, full=True)
        tag, name, kind, _ = list(declared(message))[-1]
        again = field(tag, encoded(kind, values[name]))
        yield refused(f"{short(message)}_{name}_twice", "The last field occurs twice.", "P4.3 P5.2",
                      message, join(fields_of(message, values), again), "duplicate_field")


def cases():
    yield from truncation()
    yield from order()
    yield from missing()
    yield from twice()
