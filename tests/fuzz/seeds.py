"""Writes seeds for the fuzz targets from the protocol's vectors: one folder a target."""

import hmac
import json
import pathlib
import re
import sys

HELLO = bytes.fromhex(
    "000000220100000000000001" "01000000080000000000000001" "02000000080000000000000001"
)

# In the order of for_each_operation: the first byte of a seed for `messages` is 1 + twice the place
# of its operation, and one more for a reply.
MESSAGES = pathlib.Path(__file__).resolve().parents[2] / "protocol" / "messages.hpp"
OPERATIONS = re.findall(r"visit\(opcode::(\w+),", MESSAGES.read_text(encoding="utf-8"))
OTHER_STEPS = ["connect", "keep_house", "restart"]

POLICIES = [
    '[[rule]]\nname = "adapters"\nusers = [1001, "root"]\nroles = ["adapter"]\n',
    '[[rule]]\nname = "ops"\ngroups = ["root", 7]\nroles = ["operator", "observer"]\n',
    '[[rule]]\nname = "a"\nusers = []\nroles = ["king"]\n',
    '[[rule]]\nname = "u"\nunits = ["a@*.service", "b.scope"]\nroles = ["orchestrator"]\n'
    'companies = ["cmp_a"]\nintegrations = ["slack"]\nagents = ["agt_1"]\n',
    '[[rule]]\nname = "one"\nusers = [1001]\nunits = ["slack@1.service"]\n'
    'roles = ["adapter", "validator", "admin"]\nagents = ["agt_1", "agt_2"]\n'
    '[[rule]]\nname = "two"\nusers = [1001]\nroles = ["observer"]\ncompanies = ["cmp_b"]\n',
    "rule = 3\n",
    "",
]

# What a byte chooses for each field of a request is said by chosen_request.hpp: 0 is what meets
# most often (cmp_a, slack, agt_1, run_1, what was learned last), and an optional field is absent
# unless its byte is a multiple of 3. ABSENT leaves one out.
ABSENT = b"\1"
STEPS = {
    "connect": b"\3",  # anew, and not greeted yet
    "keep_house": b"",
    "restart": b"",
    "ping": b"",
    "status": b"",
    "audit_verify": b"",
    "whoami": b"",
    "host_list": 2 * ABSENT,
    "company_list": 2 * ABSENT,
    "hello": b"\0\0" + ABSENT,
    "set": b"\0\0" + 5 * ABSENT,
    "show": b"\0\0",
    "list": b"\0" + 2 * ABSENT,
    "rotate": b"\0\0" + 3 * ABSENT,
    "rotate_now": b"\0\0" + 2 * ABSENT + b"\0\1",
    "delete": b"\0\0" + ABSENT,
    "fetch": b"\0\0" + ABSENT,
    "fetch_of_run": b"\0\0\0\0",
    "run_begin": b"\0\0\0" + ABSENT,
    "run_end": b"\0\0",
    "run_list": b"\0" + 2 * ABSENT,
    "narrow": b"\0\0",
    "ticket_issue": b"\0\0" + b"\0\0" + ABSENT,  # for uid 1
    "ticket_redeem": b"\0\0",
    "token_issue": b"\0\0\0" + ABSENT,
    "token_fetch": b"\0\0",
    "token_rotate": b"\0\0" + 3 * ABSENT,
    "token_overlap": b"\0\0\0\4" + 2 * ABSENT,
    "token_revoke": b"\0\0" + ABSENT,
    "token_list": b"\0" + 3 * ABSENT,
    "token_validate": b"\0\0\0\0\0\0",
    "audit_list": 5 * ABSENT,
    "policy_explain": b"\0" + ABSENT + b"\0\0\0\0\0\0\0",
}
# Steps that are variants of an operation, or shorter names of one.
OPERATION_OF = {
    "set": "integration_set",
    "show": "integration_show",
    "list": "integration_list",
    "rotate": "integration_rotate",
    "rotate_now": "integration_rotate",
    "delete": "integration_delete",
    "fetch": "integration_fetch",
    "fetch_of_run": "integration_fetch",
    "token_overlap": "token_rotate",
}
# With _b a step is about cmp_b, by its first byte.
OTHER_COMPANY = b"\3"
# Each word is a step, by the connection of that number: connections 0 to 4 are of uids 0 to 4,
# and 5 to 7 of uids 0 to 2.
STORIES = [
    "0:set 0:fetch 2:fetch 4:fetch 0:rotate 2:fetch 0:show 0:list 0:delete 0:fetch 0:ping",
    "0:set 1:run_begin 1:fetch_of_run 0:rotate 1:fetch_of_run 0:fetch 1:narrow 1:fetch "
    "0:rotate_now 1:fetch 1:status 1:narrow 0:run_list 0:run_end 1:fetch",
    "0:set 1:run_begin 0:ticket_issue 1:ticket_redeem 1:fetch 1:token_fetch 6:ticket_redeem",
    "0:token_issue 0:token_fetch 2:token_validate 0:token_overlap 2:token_validate 0:token_fetch "
    "0:token_rotate 2:token_validate 0:token_list 0:token_revoke 2:token_validate",
    "0:token_issue 0:token_fetch 2:token_validate 0:token_revoke 2:token_validate 0:token_issue",
    "0:token_issue 0:run_begin 5:narrow 5:token_fetch 5:fetch 0:run_end 5:token_fetch",
    "0:set 0:set_b 0:token_issue_b 0:run_begin 5:narrow 5:fetch_b 5:token_fetch_b 5:fetch "
    "3:fetch_b 3:fetch 2:fetch_b 1:run_begin_b 3:list_b 3:audit_list 0:run_begin_b "
    "6:fetch_of_run_b",
    "0:set 0:run_begin 0:rotate 0:restart 0:fetch_of_run 0:audit_list 0:audit_verify 0:keep_house "
    "0:policy_explain 0:whoami 0:status 0:host_list 0:company_list 1:connect 1:hello",
]
TOKENS = [
    b"cagt_4Rk0Zq8sNe_" + b"0" * 43 + b"1FKwxb",
    b"cagt_KID0123456_" + b"0" * 49,
    b"tools:call:* memory:read\ntools:call:github.search",
    b"*\nmemory:read",
    b"a:* b\nb",
]
# The first byte chooses what the rest is, as chain.cpp and spool.cpp say; then come the changes.
CHAINS = [b"\1\0\6", b"\1\2\3\0\0\5\0", b"\2\1\0\4\1\1", b"\3\0\1\3\0", b"\2\1\1\2\3"]
SPOOLS = [b"\1\3", b"\1\2\2\3\0", b"\1\1\0\1\0\1", b"\1\2\4\0\1", b"\1\4\3\2", b"\1\2\5\0\40"]


def story(text: str) -> bytes:
    """The bytes by which the target `operations` goes these steps."""
    numbers = {name: place for place, name in enumerate(OPERATIONS + OTHER_STEPS)}
    out = b""
    for step in text.split():
        connection, name = step.removesuffix("_b").split(":")
        choices = STEPS[name]
        if step.endswith("_b"):
            choices = OTHER_COMPANY + choices[1:]
        out += bytes([int(connection), numbers[OPERATION_OF.get(name, name)]]) + choices
    return out


def segment(blocks: int) -> bytes:
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


def other_seeds() -> dict:
    """Seeds that are no vectors, by target."""
    segments = [segment(1), segment(3)]
    return {
        "policy_file": [text.encode() for text in POLICIES],
        "operations": [story(text) for text in STORIES],
        "chain": CHAINS + [b"\0" + one for one in segments] + [b"\0" + segments[1][72:]],
        "spool": SPOOLS + [b"\0\0" + one for one in segments] + [b"\0\1" + segments[0]],
        "tokens": TOKENS,
    }


def write(folder: pathlib.Path, name: str, seed: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(seed)


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


def write_vector(out: pathlib.Path, name: str, case: dict) -> None:
    """The seeds of one vector: as a frame, as fields, and as a request of three callers."""
    frame = case_bytes(case)
    write(out / "split", name, frame[:70_000])
    write(out / "messages", name, bytes([message_index(case)]) + frame[12:])
    for caller in range(3):
        write(out / "request_path", f"{name}_{caller}", bytes([caller]) + HELLO + frame)
    # Greeted, and narrowed to a run.
    write(out / "request_path", f"{name}_narrowed", bytes([12]) + frame)


def main() -> int:
    """Fails when some message has no vector: then it has no seed either."""
    cases, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    seen = set()
    for path in sorted(cases.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        write_vector(out, path.stem, case)
        seen.add(message_index(case))
    for target, seeds in other_seeds().items():
        for number, seed in enumerate(seeds):
            write(out / target, str(number), seed)
    missing = set(range(1 + 2 * len(OPERATIONS))) - seen
    for index in sorted(missing):
        print(f"seeds.py: no vector of message {index}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
