"""Frames: headers, sizes, pieces of frames, several in a buffer; unknown operations."""

from encode import ERROR, REPLY, REQUEST_ID, UNASSIGNED, field, frame, join, prefix, size
from messages import OPCODES, OPERATIONS, fields_of, sample
from vector_case import decoded, make, short, stream

MESSAGE = "integration_fetch_request"
FETCH_OP, SET_OP, UNKNOWN_OP = OPCODES["integration_fetch"], OPCODES["integration_set"], 0x7F
FETCH = frame(FETCH_OP, fields_of(MESSAGE, sample(MESSAGE)))
PING = frame(OPCODES["ping"])
WHOLE = size(FETCH)


def headers():
    for name, about, content in (
        ("length_0", "A length of zero.", frame(FETCH_OP, length=0)),
        ("length_7", "The length counts the rest of the header, which is eight.",
         frame(FETCH_OP, length=7)),
    ):
        yield stream("frame_" + name, about, "P2.2", content, "malformed_frame")
        yield stream("frame_" + name + "_alone", "Four bytes show it: " + about, "P2.2",
                     prefix(content, 4), "malformed_frame")
    for name, reserved in (("first_byte", 0x0100), ("second_byte", 0x0001)):
        yield stream("frame_reserved_" + name, "The reserved bytes are zero.", "P2.4",
                     frame(FETCH_OP, reserved=reserved), "malformed_frame")
    yield stream("reply_reserved", "The reserved bytes are zero in replies too.", "P2.4",
                 frame(FETCH_OP, flags=REPLY, reserved=1), "malformed_frame", side="client")
    for name, about, flags in (
        ("error_without_reply", "Only a reply can be an error.", ERROR),
        ("bit_2", "A flag that is not defined.", 0x04),
        ("bit_2_with_reply", "A flag that is not defined, on a reply.", REPLY | 0x04),
        ("bit_7", "The highest flag is not defined.", 0x80),
        ("all", "All flags.", 0xFF),
    ):
        for side in ("daemon", "client"):
            yield stream(f"frame_flag_{name}_to_{side}", about, "P2.5",
                         frame(FETCH_OP, flags=flags), "malformed_frame", side=side)


def padded(message, total):
    """A whole frame of `total` bytes: the message, then one unknown field."""
    values = sample(message)
    fields = fields_of(message, values)
    return values, join(fields, field(UNASSIGNED, [(b"p", total - 12 - size(fields) - 5)]))


def limits():
    for op, (opcode, bound) in OPERATIONS.items():
        message = op + "_request"
        values, fields = padded(message, bound)
        yield decoded(f"{short(message)}_{bound}_bytes", "The largest request of its operation.",
                      "P2.3 P6.2", message, values, fields)
        yield make(f"{short(message)}_{bound + 1}_bytes", "One byte past the operation's limit.",
                   "P2.3 P6.2", "request", op, frame(opcode, padded(message, bound + 1)[1]),
                   "frame_too_large")
    too_large = frame(FETCH_OP, length=1021)
    yield stream("fetch_too_large_at_fifth_byte", "Length and opcode show it: nothing is buffered.",
                 "P2.3", prefix(too_large, 5), "frame_too_large")
    yield stream("fetch_too_large_not_before_opcode", "Another operation may be this large.",
                 "P2.3 P2.7", prefix(too_large, 4), "incomplete", missing=8)
    yield stream("set_may_be_larger_than_fetch", "The limit is the operation's own.", "P2.3",
                 frame(SET_OP, length=1021), "incomplete", missing=1013)
    for name, length in (("one_past_max", 2**20 - 3), ("2_31", 2**31), ("max", 2**32 - 1)):
        for side in ("daemon", "client"):
            yield stream(f"frame_length_{name}_to_{side}", "Past 1 MiB whatever the operation.",
                         "P2.3 P6.1", frame(FETCH_OP, flags=REPLY * (side == "client"),
                                            length=length), "frame_too_large", side=side)
    yield stream("frame_length_one_past_max_alone", "Four bytes show it: no operation allows it.",
                 "P2.3 P6.1", prefix(frame(SET_OP, length=2**20 - 3), 4), "frame_too_large")
    yield stream("reply_length_max_alone", "The largest frame is still to come.", "P2.7 P6.1",
                 prefix(frame(FETCH_OP, length=2**20 - 4), 4), "incomplete", missing=8,
                 side="client")
    values, fields = padded("ping_reply", 2**20)
    yield decoded("ping_reply_1_mib", "The largest frame of all, nearly all of it unknown.",
                  "P2.3 P4.6 P6.1", "ping_reply", values, fields)


def parts():
    yield stream("nothing", "No bytes are no frame and no error.", "P2.7", b"", "ok")
    for count in (1, 3, 4, 5, 11):
        yield stream(f"frame_first_{count}_bytes", "Part of a header.", "P1.1 P2.7",
                     prefix(FETCH, count), "incomplete", missing=12 - count)
    for name, wrong in (("reserved", {"reserved": 1}), ("flag_bit_2", {"flags": 0x04})):
        yield stream(f"frame_{name}_first_11_bytes", "It is judged with the whole header.",
                     "P2.7 P2.8", prefix(frame(FETCH_OP, **wrong), 11), "incomplete", missing=1)
    yield stream("frame_header_only", "The fields are still to come.", "P1.1 P2.7",
                 prefix(FETCH, 12), "incomplete", missing=WHOLE - 12)
    yield stream("frame_one_byte_short", "The last byte is still to come.", "P1.1 P2.7",
                 prefix(FETCH, WHOLE - 1), "incomplete", missing=1)
    yield make("fetch_request_cut", "A request of which the last byte is still to come.", "P2.7",
               "request", "integration_fetch", prefix(FETCH, WHOLE - 1), "incomplete")
    yield stream("two_frames", "Two frames in one read.", "P1.1", FETCH + PING, "ok", [WHOLE, 12])
    yield stream("two_replies", "Two replies in one read.", "P1.1",
                 frame(OPCODES["ping"], flags=REPLY) * 2, "ok", [12, 12], side="client")
    yield stream("two_frames_and_a_part", "The third has just begun.", "P1.1 P2.7",
                 join(FETCH, PING, prefix(FETCH, 2)), "incomplete", [WHOLE, 12], 10)
    yield stream("frame_then_malformed", "What stands before a broken frame is still good.",
                 "P2.2", join(FETCH, frame(FETCH_OP, length=3)), "malformed_frame", [WHOLE])
    yield stream("frame_then_too_large", "What stands before a broken frame is still good.",
                 "P2.3", join(PING, frame(FETCH_OP, length=5000)), "frame_too_large", [12])


def unknown_operations():
    def unknown(name, about, rule, content, outcome="unknown_operation", answered=True):
        return make(name, about, rule, "request", None, content, outcome,
                    request_id=REQUEST_ID if answered else None)

    for opcode in (0x00, 0x7F, 0xFF):
        yield unknown(f"unknown_operation_{opcode:02x}", "An opcode that no table has.", "P5.1",
                      frame(opcode))
    yield unknown("unknown_operation_with_fields", "Its fields are not judged.", "P5.1",
                  frame(UNKNOWN_OP, b"\0\0not fields"))
    fill = 65536 + 4096 - 12
    yield unknown("unknown_operation_69632_bytes", "The largest request of an unknown operation.",
                  "P5.1 P6.2", frame(UNKNOWN_OP, [(b"p", fill)]))
    yield unknown("unknown_operation_69633_bytes", "One byte past the limit.", "P2.3 P6.2",
                  frame(UNKNOWN_OP, [(b"p", fill + 1)]), "frame_too_large", answered=False)


def cases():
    yield from headers()
    yield from limits()
    yield from parts()
    yield from unknown_operations()
