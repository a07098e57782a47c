"""P1, C1: every vector of the protocol, run by the Python shim; as many as COUNT says."""

import json
import pathlib
import unittest

from coffer import wire

VECTORS = pathlib.Path(__file__).resolve().parents[3] / "protocol" / "vectors"


def bytes_of(parts):
    """A case's bytes: hex, or parts of hex with repeats."""
    if isinstance(parts, str):
        return bytes.fromhex(parts)
    return b"".join(bytes.fromhex(part[1]) * (part[2] if part[0] == "repeat" else 1)
                    for part in parts)


def value_of(expected):
    """An expected field, with its compact forms written out."""
    if isinstance(expected, dict) and "secret_hex" in expected:
        return bytes.fromhex(expected["secret_hex"])
    if isinstance(expected, dict) and "secret_repeat" in expected:
        return bytes.fromhex(expected["secret_repeat"][0]) * expected["secret_repeat"][1]
    if isinstance(expected, dict) and "list_repeat" in expected:
        record, count = expected["list_repeat"]
        return [value_of(record)] * count
    if isinstance(expected, dict):
        return {name: value_of(one) for name, one in expected.items()}
    if isinstance(expected, list):
        return [value_of(one) for one in expected]
    return expected


def plain(message, fields):
    """A decoded message as the cases write it: numbers past 2^53 as decimal strings."""
    kinds = {name: kind for _, name, kind, _ in fields}
    out = {}
    for name, value in message.items():
        if isinstance(value, memoryview):
            value = bytes(value)
        if kinds[name] is wire.U64 and value > 1 << 53:
            value = str(value)
        out[name] = value
    return out


def message_of(case):
    """A case's message as the shim takes it: big numbers as numbers."""
    _, _, fields, _ = wire.OPERATIONS[case["op"]]
    numbers = {name for _, name, kind, _ in fields if kind is wire.U64}
    return {name: int(one) if name in numbers else value_of(one)
            for name, one in case["message"].items()}


def fields_for(case, flags):
    """The field list that a frame's content has to follow."""
    if flags & wire.FLAG_ERROR:
        return wire.ERROR
    _, _, request, reply = wire.OPERATIONS[case["op"]]
    return reply if case["kind"] == "reply" else request


def split_stream(data, limit):
    """(sizes of whole frames, how it ended, bytes that are missing at least)."""
    sizes = []
    while True:
        try:
            head = wire.split(data, limit)
        except wire.WireError as error:
            return sizes, error.name, None
        if head is None:
            return sizes, "incomplete" if data else "ok", wire.missing(data) if data else None
        sizes.append(head[0])
        data = data[head[0] :]


def outcome_of(case):
    """What the shim makes of a case: (outcome, field, request id, message, re-encoded)."""
    data = bytes_of(case["bytes"])
    limit = wire.request_limit if case["side"] == "daemon" else wire.any_frame
    request_id = None
    try:
        head = wire.split(data, limit)
        if head is None:
            return "incomplete", None, None, None, None
        size, opcode, flags, request_id = head
        if case["op"] is None and not flags & wire.FLAG_ERROR:
            known = {row[0] for row in wire.OPERATIONS.values()}
            return ("ok" if opcode in known else "unknown_operation"), None, request_id, None, None
        fields = fields_for(case, flags)
        message = wire.decode_fields(fields, data[wire.HEADER_SIZE : size])
    except wire.WireError as error:
        return error.name, error.field, request_id, None, None
    again = wire.encode_frame(opcode, flags, request_id, wire.encode_fields(fields, message))
    return "ok", None, request_id, plain(message, fields), bytes(again)


def check(test, case):
    """Asserts everything that a case says."""
    if case["kind"] == "stream":
        limit = wire.request_limit if case["side"] == "daemon" else wire.any_frame
        test.assertEqual(split_stream(bytes_of(case["bytes"]), limit),
                         (case["frames"], case["outcome"], case["missing"]))
        return
    outcome, field, request_id, message, again = outcome_of(case)
    test.assertEqual((outcome, field, request_id),
                     (case["outcome"], case["field"], case["request_id"]))
    if outcome == "ok":
        test.assertEqual(message, value_of(case["message"]))
        test.assertEqual(again == bytes_of(case["bytes"]), case["canonical"])
    if outcome == "ok" and case["kind"] == "request" and case["canonical"]:
        frame = wire.encode_request(case["op"], message_of(case))  # as the client encodes it
        wire.set_request_id(frame, request_id)
        test.assertEqual(bytes(frame), bytes_of(case["bytes"]))


class Vectors(unittest.TestCase):
    """One subtest a case."""

    def test_C1_every_vector(self):
        ran = 0
        for path in sorted((VECTORS / "cases").glob("*.json")):
            with self.subTest(path.stem):
                check(self, json.loads(path.read_text(encoding="utf-8")))
            ran += 1
        self.assertEqual(ran, int((VECTORS / "COUNT").read_text(encoding="utf-8")))
        self.assertGreaterEqual(ran, 80)

    def test_the_canary_fails(self):
        canary = json.loads((VECTORS / "canary_must_fail.json").read_text(encoding="utf-8"))
        with self.assertRaises(AssertionError):
            check(self, canary)

    def test_every_truncation_of_a_valid_message_ends_in_an_error_or_a_message(self):
        for path in sorted((VECTORS / "cases").glob("*.json")):
            case = json.loads(path.read_text(encoding="utf-8"))
            data = bytes_of(case["bytes"])
            if case["kind"] == "stream" or case["outcome"] != "ok" or len(data) > 1024:
                continue
            fields = fields_for(case, data[5])
            for size in range(wire.HEADER_SIZE, len(data)):
                try:
                    wire.decode_fields(fields, data[wire.HEADER_SIZE : size])
                except wire.WireError:
                    pass


if __name__ == "__main__":
    unittest.main()
