"""How fields follow each other: truncation, trailing bytes, order, missing fields; lists."""

from encode import field, join, prefix, record, size, u32
from messages import declared, fields_of, sample
from vector_case import decoded, refused

FETCH, LIST = "integration_fetch_request", "integration_list_reply"
COMPANY, NAME = field(1, b"cmp_acme"), field(2, b"slack")
MORE = field(2, b"\0")


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
         join(COMPANY, NAME, field(9, b"abc", length=4))),
    ):
        yield refused(name, about, "P4.1", FETCH, fields, "truncated_field")
    yield refused("ping_reply_unknown_truncated", "A message without fields is read to its end.",
                  "P4.1 P4.6", "ping_reply", field(1, b"", length=1), "truncated_field")
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
         join(COMPANY, NAME, field(9, b""), field(9, b""))),
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
                  join(COMPANY, NAME, field(9, b""), field(8, b"")), "field_order")
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
         join(COMPANY, field(3, b"slack")), "integration"),
    ):
        yield refused(name, about, "P4.7", FETCH, fields, "missing_field", blamed)
    for message in ("hello_request", "hello_reply", "status_reply", "integration_set_request",
                    "integration_show_request", "integration_show_reply",
                    "integration_list_request", "integration_list_reply",
                    "integration_rotate_request", "integration_delete_request",
                    "integration_fetch_reply"):
        blamed = [name for _, name, _, required in declared(message) if required][-1]
        values = sample(message)
        del values[blamed]
        yield refused(f"{message.removeprefix('integration_')}_{blamed}_missing",
                      "The last required field is missing.", "P4.7 P5.2", message,
                      fields_of(message, values), "missing_field", blamed)


def lists():
    small, full = sample("record"), sample("record", full=True, integration="stripe")
    yield decoded("list_reply_several", "Records with and without their optional fields.",
                  "P3.8", LIST, {"integrations": [small, full, small], "more": True})
    one = b"".join(unit for unit, _ in record(fields_of("record", small)))
    most = decoded("list_reply_200_records", "The longest list.", "P3.8 P6.1", LIST,
                   {"integrations": [], "more": False}, join(field(1, [(one, 200)]), MORE))
    most["message"]["integrations"] = {"list_repeat": [small, 200]}
    most["canonical"] = True
    yield most
    for name, about, rule, outcome, content in (
        ("201_records", "One record past the longest list.", "P3.8 P6.1", "invalid_field",
         [(one, 201)]),
        ("one_byte_left", "One byte behind the last record.", "P3.8", "invalid_field",
         join(one, b"\0")),
        ("three_bytes_left", "Too few bytes for another record's length.", "P3.8",
         "invalid_field", join(one, bytes(3))),
        ("record_truncated", "The last record promises one byte more than there is.", "P3.8",
         "truncated_field", join(one, u32(len(one) - 3), one[4:])),
        ("record_length_max", "The largest length a record can claim.", "P3.8",
         "truncated_field", join(u32(0xFFFFFFFF), one[4:])),
        ("record_empty", "A record of no bytes lacks its fields.", "P3.8 P3.9", "missing_field",
         join(one, u32(0))),
    ):
        yield refused("list_reply_" + name, about, rule, LIST, join(field(1, content), MORE),
                      outcome, "integrations")
    yield from broken_records(one, small)


def broken_records(one, small):
    whole = fields_of("record", small)
    short = dict(small)
    del short["rotated_at"]
    for name, about, outcome, fields in (
        ("record_lacks_field", "A record lacks a required field.", "missing_field",
         fields_of("record", short)),
        ("record_bad_identifier", "A field of a record breaks its type.", "invalid_field",
         fields_of("record", small, {"provider": b"sl ack"})),
        ("record_status_33_bytes", "A field of a record is past its bound.", "invalid_field",
         fields_of("record", small, {"status": b"s" * 33})),
        ("record_trailing_1", "A byte is left in a record.", "trailing_bytes", join(whole, b"\0")),
        ("record_field_truncated", "A field of a record stays inside its record.",
         "truncated_field", join(whole, field(9, bytes(7), length=8))),
        ("record_field_twice", "A record has each field once.", "duplicate_field",
         join(whole, field(8, bytes(8)))),
        ("record_field_order", "A record's fields ascend.", "field_order",
         join(whole, field(1, b"slack"))),
        ("record_tag_zero", "A record has no tag zero.", "invalid_field",
         join(whole, field(0, b""))),
    ):
        assert size(fields) > 0
        yield refused("list_reply_" + name, about, "P3.8 P3.9", LIST,
                      join(field(1, join(one, record(fields), one)), MORE), outcome,
                      "integrations")
    yield refused("list_reply_integrations_missing", "An empty list is a field too.",
                  "P3.8 P4.7", LIST, MORE, "missing_field", "integrations")


def cases():
    yield from truncation()
    yield from order()
    yield from missing()
    yield from lists()
