#!/usr/bin/env python3
"""Writes every test vector, their COUNT and the index in SPEC.md; --check compares instead."""

import argparse
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True

import cases_errors  # noqa: E402
import cases_fields  # noqa: E402
import cases_frames  # noqa: E402
import cases_lists  # noqa: E402
import cases_operations  # noqa: E402
import cases_types  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SPEC = HERE.parent / "SPEC.md"
INDEX_BEGIN, INDEX_END = "<!-- index: begin -->\n", "<!-- index: end -->\n"
NAMES_MAX = 40  # of a rule in the index, which is to be read
THEMES = (cases_operations, cases_types, cases_fields, cases_lists, cases_frames,
          cases_errors)


def all_cases():
    cases = {}
    for theme in THEMES:
        for case in theme.cases():
            assert case["name"] not in cases, case["name"]
            cases[case["name"]] = case
    return cases


def text_of(case):
    return json.dumps(case, indent=2, sort_keys=True) + "\n"


def shown(names):
    if len(names) > NAMES_MAX:
        return f"{len(names)} vectors whose `rule` names it"
    return ", ".join(f"`{name}`" for name in sorted(names))


def index_of(spec, cases):
    """Section 12: each rule that SPEC.md states, with the vectors that name it."""
    rules = re.findall(r"^- \*\*(P\d+\.\d+)\*\*( \(conversation\))?", spec, re.MULTILINE)
    known = [rule for rule, _ in rules]
    assert len(known) == len(set(known)), "a rule is stated twice"
    strays = {rule for case in cases.values() for rule in case["rule"]} - set(known)
    assert not strays, f"vectors name rules that SPEC.md does not state: {strays}"
    lines = ["| Rule | Proved by |", "|---|---|"]
    for rule, conversation in rules:
        names = [name for name, case in cases.items() if rule in case["rule"]]
        assert names or conversation, f"no vector proves {rule}"
        proofs = [shown(names)] * bool(names) + ["integration tests"] * bool(conversation)
        lines.append(f"| {rule} | {'; '.join(proofs)} |")
    return "\n".join(lines) + "\n"


def wanted_files():
    cases = all_cases()
    files = {HERE / "cases" / f"{name}.json": text_of(case) for name, case in cases.items()}
    files[HERE / "canary_must_fail.json"] = text_of(cases_errors.canary())
    files[HERE / "COUNT"] = f"{len(cases)}\n"
    head, rest = SPEC.read_text().split(INDEX_BEGIN)
    tail = rest.split(INDEX_END)[1]
    files[SPEC] = head + INDEX_BEGIN + index_of(head, cases) + INDEX_END + tail
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 on a difference")
    check = parser.parse_args().check
    wanted = wanted_files()
    strays = [path for path in (HERE / "cases").glob("*") if path not in wanted]
    stale = [p for p, text in wanted.items() if not p.exists() or p.read_text() != text]
    if check:
        for path in sorted(strays + stale):
            print(f"{path.relative_to(HERE.parent)}: not what generate.py writes")
        return 1 if strays or stale else 0
    (HERE / "cases").mkdir(exist_ok=True)
    for path in strays:
        path.unlink()
    for path in stale:
        path.write_text(wanted[path])
    print(f"{len(wanted)} files, {len(stale)} written, {len(strays)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
