"""Writes seeds for the fuzz targets from the protocol's vectors: one folder a target."""

import json
import pathlib
import sys

HELLO = bytes.fromhex(
    "000000220100000000000001" "01000000080000000000000001" "02000000080000000000000001"
)

# The order of for_each_operation in protocol/messages.hpp: the first byte of a seed for `messages`.
OPERATIONS = [
    "hello",
    "ping",
    "status",
    "integration_set",
    "integration_show",
    "integration_list",
    "integration_rotate",
    "integration_delete",
    "integration_fetch",
]

POLICIES = [
    '[[rule]]\nname = "adapters"\nusers = [1001, "root"]\nroles = ["adapter"]\n',
    '[[rule]]\nname = "ops"\ngroups = ["root", 7]\nroles = ["operator", "observer"]\n',
    '[[rule]]\nname = "a"\nusers = []\nroles = ["king"]\n',
    "rule = 3\n",
    "",
]


def case_bytes(case: dict) -> bytes:
    """The bytes of a vector, which writes long runs as repeats."""
    parts = case["bytes"]
    if isinstance(parts, str):
        return bytes.fromhex(parts)
    out = b""
    for part in parts:
        out += bytes.fromhex(part[1]) * (part[2] if part[0] == "repeat" else 1)
    return out


def message_index(case: dict) -> int:
    """Which message of the `messages` target a vector is."""
    if case["op"] not in OPERATIONS:
        return 0
    return 1 + 2 * OPERATIONS.index(case["op"]) + (case["kind"] == "reply")


def main() -> int:
    cases, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for target in ("split", "messages", "policy_file", "request_path"):
        (out / target).mkdir(parents=True, exist_ok=True)
    count = 0
    for path in sorted(cases.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        frame = case_bytes(case)
        (out / "split" / path.stem).write_bytes(frame[:70_000])
        (out / "messages" / path.stem).write_bytes(bytes([message_index(case)]) + frame[12:])
        for role in range(3):
            seed = bytes([role]) + HELLO + frame
            (out / "request_path" / f"{path.stem}_{role}").write_bytes(seed)
        count += 1
    for number, text in enumerate(POLICIES):
        (out / "policy_file" / str(number)).write_text(text, encoding="utf-8")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
