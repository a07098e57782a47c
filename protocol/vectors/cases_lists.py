"""Lists of records, of every kind."""

from encode import UNASSIGNED, field, join, record, size, u32
from messages import declared, fields_of, lists, required, sample
from vector_case import decoded, refused, short

LIST, RECORD = "integration_list_reply", "integration_record"
NEXT = field(2, b"slack")


def around(message, name, content):
    """The fields of a message with other content in its list."""
    return fields_of(message, sample(message), {name: content})


def flat(fields):
    return b"".join(unit for unit, _ in record(fields))


def shapes(message, name, kind):
    small, full = sample(kind), sample(kind, full=True)
    yield decoded(short(message) + "_several", "Records with and without their optional fields.",
                  "P3.8 P5.2", message, sample(message, **{name: [small, full, small]}))
    one = flat(fields_of(kind, small))
    most = decoded(short(message) + "_200_records", "The longest list.", "P3.8 P6.1", message,
                   sample(message), around(message, name, [(one, 200)]))
    most["message"][name] = {"list_repeat": [small, 200]}
    most["canonical"] = True
    yield most
    yield refused(short(message) + "_201_records", "One record past the longest list.",
                  "P3.8 P6.1", message, around(message, name, [(one, 201)]), "invalid_field", name)
    extended = record(join(fields_of(kind, full), field(UNASSIGNED, b"between")))
    yield decoded(short(message) + "_unknown_between",
                  "Unknown fields at the end of each record, and behind the list.",
                  "P3.8 P4.6", message, sample(message, **{name: [full, full]}),
                  join(around(message, name, join(extended, extended)), field(UNASSIGNED, b"")))


def broken_fields(message, name, kind):
    """Each field of a record, as the list's own error."""
    def spoiled(what, about, outcome, fields):
        return refused(f"{short(message)}_record_{what}", about, "P3.8 P3.9", message,
                       around(message, name, record(fields)), outcome, name)

    for blamed in required(kind):
        values = sample(kind)
        del values[blamed]
        yield spoiled(blamed + "_missing", "A record lacks a required field.", "missing_field",
                      fields_of(kind, values))
    full = sample(kind, full=True)
    for _, blamed, form, _ in declared(kind):
        if form == "identifier":
            yield spoiled(blamed + "_empty", "An identifier of a record has a byte.",
                          "invalid_field", fields_of(kind, full, {blamed: b""}))
    last = list(declared(kind))[-1][0]
    yield spoiled("field_twice", "A record has each field once.", "duplicate_field",
                  join(fields_of(kind, full), field(last, b"")))


def broken_lists():
    one = flat(fields_of(RECORD, sample(RECORD)))
    for name, about, rule, outcome, content in (
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
        yield refused("list_reply_" + name, about, rule, LIST, join(field(1, content), NEXT),
                      outcome, "integrations")


def broken_records():
    small = sample(RECORD)
    whole = fields_of(RECORD, small)
    one = record(whole)
    for name, about, outcome, fields in (
        ("bad_identifier", "A field of a record breaks its type.", "invalid_field",
         fields_of(RECORD, small, {"provider": b"sl ack"})),
        ("trailing_1", "A byte is left in a record.", "trailing_bytes", join(whole, b"\0")),
        ("field_truncated", "A field of a record stays inside its record.",
         "truncated_field", join(whole, field(9, bytes(7), length=8))),
        ("field_order", "A record's fields ascend.", "field_order",
         join(whole, field(1, b"slack"))),
        ("tag_zero", "A record has no tag zero.", "invalid_field", join(whole, field(0, b""))),
    ):
        assert size(fields) > 0
        yield refused("list_reply_record_" + name, about, "P3.8 P3.9", LIST,
                      join(field(1, join(one, record(fields), one)), NEXT), outcome,
                      "integrations")


def cases():
    yield from broken_lists()
    yield from broken_records()
    for message, name, kind in lists():
        yield from shapes(message, name, kind)
        yield from broken_fields(message, name, kind)
