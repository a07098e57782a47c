"""Writes seeds for the fuzz targets from the protocol's vectors: one folder a target."""

import hmac
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
    "run_begin",
    "run_end",
    "run_list",
    "narrow",
    "ticket_issue",
    "ticket_redeem",
    "token_issue",
    "token_fetch",
    "token_rotate",
    "token_revoke",
    "token_list",
    "token_validate",
    "audit_list",
    "audit_verify",
    "policy_explain",
]

POLICIES = [
    '[[rule]]\nname = "adapters"\nusers = [1001, "root"]\nroles = ["adapter"]\n',
    '[[rule]]\nname = "ops"\ngroups = ["root", 7]\nroles = ["operator", "observer"]\n',
    '[[rule]]\nname = "a"\nusers = []\nroles = ["king"]\n',
    '[[rule]]\nname = "u"\nunits = ["a@*.service", "b.scope"]\nroles = ["orchestrator"]\n'
    'companies = ["cmp_a"]\nintegrations = ["slack"]\nagents = ["agt_1"]\n',
    "rule = 3\n",
    "",
]


# A caller, an operation and its fields: two bytes, then one a choice.
STORIES = [
    bytes([0, 3] + [0] * 12),  # the owner connects an integration
    bytes([0, 3, 0, 0, 0, 1, 1, 1, 1, 1] + [0, 9] + [0] * 4 + [1, 12] + [0] * 2 + [1, 8] + [0] * 3),
    bytes([0, 15] + [0] * 6 + [0, 16] + [0] * 3 + [2, 20] + [0] * 6 + [0, 22] + [0] * 2),
]
TOKENS = [
    b"cagt_KID0123456_" + b"0" * 43 + b"2BJtn0",
    b"tools:call:* memory:read\ntools:call:github.search",
    b"*\nmemory:read",
]


def spool(blocks: int) -> bytes:
    """A segment with as many blocks of one record each, sealed under a key that the target
    does not have: the form is right, the seals are not."""
    key, chain = b"k" * 32, bytes(16)
    seal = hmac.digest(key, b"coffer audit chain 1" + chain, "sha256")
    out = b"COFAUD01" + chain + (1).to_bytes(8, "little") + seal
    record = bytes(19) + b"\5owner\5cmp_a\5slack\0\0"
    records = len(record).to_bytes(2, "big") + record
    for number in range(1, blocks + 1):
        head = ((1).to_bytes(4, "little"), number.to_bytes(8, "little"), bytes(8))
        seal = hmac.digest(key, seal + b"".join(head) + records, "sha256")
        out += len(records).to_bytes(4, "little") + b"".join(head) + seal + records
    return out + bytes(64)


def write_others(out: pathlib.Path) -> None:
    """Seeds that are not vectors."""
    for target, seeds in (("operations", STORIES), ("tokens", TOKENS),
                          ("spool", [spool(1), spool(3), spool(3)[72:]])):
        (out / target).mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds):
            (out / target / str(number)).write_bytes(seed)


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
    write_others(out)
    for number, text in enumerate(POLICIES):
        (out / "policy_file" / str(number)).write_text(text, encoding="utf-8")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
