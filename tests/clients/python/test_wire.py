"""C1, P1: the codec by itself, and its tables against those of protocol/SPEC.md."""

import pathlib
import re
import unittest
import unittest.mock

import coffer
from coffer import errors, operations, wire

SPEC = pathlib.Path(__file__).resolve().parents[3] / "protocol" / "SPEC.md"
SLACK = {"company": "cmp_acme", "integration": "slack"}


def rows(pattern):
    """The rows of SPEC.md's tables that look like `pattern`."""
    return re.findall(pattern, SPEC.read_text(encoding="utf-8"), re.MULTILINE)


def declared_tables():
    """Every list of fields, once: some operations share one, and lists hold records."""
    tables = [operations.ERROR, operations.INTEGRATION, operations.RUN, operations.TOKEN,
              operations.AUDIT_ENTRY, operations.AUDIT_CHAIN, operations.VERDICT,
              operations.HOST, operations.GRANT, operations.COMPANY]
    for row in wire.OPERATIONS.values():
        tables += row[2:]
    return list({id(fields): fields for fields in tables}.values())


class Tables(unittest.TestCase):
    """What is declared here is what the text says."""

    def test_P1_operations(self):
        said = {name: (int(code, 16), int(size)) for code, name, size in rows(
            r"^\| 0x(\w\w) \| `(\w+)` \| (\d+) \|")}
        self.assertEqual(said, {name: row[:2] for name, row in wire.OPERATIONS.items()})

    def test_P5_8_what_may_be_sent_again(self):
        said = rows(r"^\| 0x\w\w \| `(\w+)` \| \d+ \| yes \|")
        self.assertEqual(set(said), wire.REPEATABLE)

    def test_P1_fields(self):
        said = rows(r"^\| (request|reply|record) \| (\d+) \| `(\w+)` \| [^|]+ \| (\w+) \|")
        declared = declared_tables()
        here = [(str(tag), name, "required" if required else "optional")
                for fields in declared for tag, name, _, required in fields]
        self.assertEqual(sorted(here), sorted(row[1:] for row in said))
        for fields in declared:
            tags = [tag for tag, *_ in fields]
            self.assertEqual(tags, sorted(set(tags)))

    def test_C1_codes_have_the_exceptions_of_their_names(self):
        said = {name: (int(code), closes == "yes") for code, name, closes in rows(
            r"^\| (\d+) \| `(\w+)` \| (yes|no) \|")}
        self.assertGreater(len(said), 20)
        expected = {"denied": coffer.Denied, "not_found": coffer.NotFound,
                    "already_exists": coffer.AlreadyExists, "tampered": coffer.Tampered,
                    "version_conflict": coffer.VersionConflict, "internal": coffer.Error,
                    "key_unavailable": coffer.KeyUnavailable, "overloaded": coffer.Overloaded,
                    "run_ended": coffer.RunEnded, "invalid_ticket": coffer.InvalidTicket,
                    "audit_unavailable": coffer.AuditUnavailable,
                    "token_unknown": coffer.TokenUnknown, "token_expired": coffer.TokenExpired,
                    "token_revoked": coffer.TokenRevoked, "wrong_agent": coffer.WrongAgent,
                    "wrong_company": coffer.WrongCompany, "missing_scope": coffer.MissingScope,
                    "too_many_connections": coffer.Overloaded, "timed_out": coffer.Timeout,
                    "too_many_requests": coffer.Overloaded, "shutting_down": coffer.Unavailable,
                    "outcome_unknown": coffer.OutcomeUnknown,
                    "store_unavailable": coffer.StoreUnavailable,
                    "invalid_field": coffer.InvalidField}
        for name, (code, _) in said.items():
            with self.subTest(name):
                self.assertIs(type(errors.error_of(code, name, "")),
                              expected.get(name, coffer.ProtocolError))
        self.assertEqual({code for code, closes in said.values() if closes},
                         set(coffer.connection._CLOSING))


class Encoding(unittest.TestCase):
    """Requests."""

    def test_bytes_of_a_request(self):
        frame = wire.encode_request("integration_fetch", SLACK)
        wire.set_request_id(frame, 7)
        self.assertEqual(frame.hex(), "0000001f15000000000000070100000008636d705f61636d65"
                                      "0200000005736c61636b")

    def refused(self, name, operation="integration_set", **fields):
        with self.assertRaises(wire.WireError) as raised:
            wire.encode_request(operation, {**SLACK, "value": b"v", **fields})
        self.assertEqual(raised.exception.name, name)
        self.assertTrue(raised.exception.why)
        return raised.exception.field

    def test_values_that_break_their_rule(self):
        wrong = {"company": ["", "a b", "a\n", "ä", "x" * 129, b"cmp", 7],
                 "value": [b"", b"v" * 65537, "text", 7],
                 "label": ["\0", "\x7f", "\x9f", "ä" * 129, "\ud800", b"bytes"],
                 "expires_at": [-1, 1 << 64, True, 1.5, "1"],
                 "replace": [0, 1, "yes"]}
        for field, values in wrong.items():
            for value in values:
                with self.subTest(f"{field} {value!r:.40}"):
                    self.assertEqual(self.refused("invalid_field", **{field: value}), field)

    def test_what_is_missing_is_named(self):
        self.assertEqual(self.refused("missing_field", company=None), "company")

    def test_bounds_fit(self):
        for field, value in {"company": "x" * 128, "value": b"v" * 65536, "label": "ä" * 128,
                             "scopes": "s" * 1024, "expires_at": (1 << 64) - 1}.items():
            wire.encode_request("integration_set", {**SLACK, "value": b"v", field: value})

    def test_a_request_is_never_larger_than_its_limit(self):
        fields = tuple((tag, f"f{tag}", wire.SCOPES, True) for tag in (1, 2))
        operations = {"wide": (0x7E, 1024, fields, ())}
        with unittest.mock.patch.dict(wire.OPERATIONS, operations):
            size = 1024 - wire.HEADER_SIZE - 2 * 5
            self.assertEqual(len(wire.encode_request("wide", {"f1": "", "f2": "x" * size})), 1024)
            with self.assertRaises(wire.WireError) as raised:
                wire.encode_request("wide", {"f1": "", "f2": "x" * (size + 1)})
            self.assertEqual(raised.exception.name, "frame_too_large")


class Splitting(unittest.TestCase):
    """Frames out of a stream."""

    def test_P1_every_prefix_says_what_is_missing(self):
        frame = wire.encode_frame(0x15, 1, 9, b"\1\0\0\0\1x")
        for size in range(len(frame)):
            self.assertIsNone(wire.split(frame[:size]))
            whole = wire.HEADER_SIZE if size < wire.HEADER_SIZE else len(frame)
            self.assertEqual(wire.missing(frame[:size]), whole - size)
        self.assertEqual(wire.split(frame + b"more"), (len(frame), 0x15, 1, 9))

    def test_P1_too_large_is_known_from_four_bytes(self):
        for length, name in ((7, "malformed_frame"), ((1 << 20) - 3, "frame_too_large")):
            with self.assertRaises(wire.WireError) as raised:
                wire.split(length.to_bytes(4, "big"))
            self.assertEqual(raised.exception.name, name)
        self.assertIsNone(wire.split(((1 << 20) - 4).to_bytes(4, "big")))

    def test_I4_a_decoded_secret_is_a_view(self):
        fields = wire.OPERATIONS["integration_fetch"][3]
        data = wire.encode_fields(fields, {"value": b"canary", "version": 1, "freshness": "fresh"})
        value = wire.decode_fields(fields, data)["value"]
        data[:] = bytes(len(data))
        self.assertEqual(bytes(value), bytes(6))


if __name__ == "__main__":
    unittest.main()
