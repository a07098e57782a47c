"""Includes go strictly down the levels of the house.

protocol/ is below everything and includes only itself. In sidecar/ a folder includes itself and
folders of lower levels. clients/ and sidecar/ do not include each other; tests/ include anything.
"""
import posixpath

from tree import Finding

LEVELS = {"error": 0, "secret": 0, "clock": 0, "log": 1, "process": 1, "trust": 1, "crypto": 2,
          "store": 2, "http": 2, "keys": 3, "vault": 4, "audit": 5, "policy": 5, "service": 5,
          "dispatch": 6, "net": 7, "app": 8}
SAME_LEVEL = {("secret", "error")}
STORE_ABOVE = {"sql": {"sqlite", "postgres"}, "sqlite": {"postgres"}, "postgres": {"sqlite"}}
PROTOCOL_ANY = {"audit", "dispatch", "net", "app"}  # records name operations by their opcode
PROTOCOL_CHARACTERS = {"log"}  # which of them a reader cannot see
PROTOCOL_LIMITS = {"service", "policy", "vault", "store"}


def check(tree):
    yield from unknown_folders(tree)
    for file in tree.of_kind("cpp"):
        judge = {"protocol": from_protocol, "sidecar": from_sidecar,
                 "clients": from_clients}.get(file.path.split("/")[0])
        for include in file.includes if judge else ():
            if not include.quoted and not ours(tree, include.target):
                continue
            message = judge(tree, file, include.target)
            if message:
                yield Finding(file.path, include.line, message)


def unknown_folders(tree):
    seen = set()
    for file in tree.files:
        parts = file.path.split("/")
        if parts[0] != "sidecar":
            continue
        if len(parts) > 2 and parts[1] not in LEVELS and parts[1] not in seen:
            seen.add(parts[1])
            yield Finding(file.path, 1, f"sidecar/{parts[1]}/ has no level")
        if len(parts) == 2 and file.kind == "cpp":
            yield Finding(file.path, 1, "code in sidecar/ belongs in a folder with a level")


def ours(tree, target: str) -> bool:
    """Whether a header written in angle brackets is one of this tree."""
    return any(prefix + target in tree.paths
               for prefix in ("", "sidecar/", "clients/cpp/include/"))


def from_protocol(_tree, _file, target: str) -> str:
    if target.startswith("protocol/"):
        return ""
    return f'protocol/ includes only itself, written "protocol/…", not "{target}"'


def from_sidecar(_tree, file, target: str) -> str:
    folder, top = file.path.split("/")[1], target.split("/")[0]
    if top == "protocol":
        return protocol_from_sidecar(folder, target)
    if top == "coffer" or top == "clients":
        return f'sidecar/ never includes clients/, here "{target}"'
    if top not in LEVELS or "/" not in target or "/../" in target:
        return f'"{target}" is no header of the house; write "folder/name.hpp" from sidecar/'
    if folder == "store" and top == "store":
        return within_store(file.path, target)
    if folder not in LEVELS or folder == top or (folder, top) in SAME_LEVEL:
        return ""
    mine, theirs = LEVELS[folder], LEVELS[top]
    if theirs < mine:
        return ""
    where = "beside" if theirs == mine else "above"
    return f'{folder} (level {mine}) includes "{target}" {where} it (level {theirs})'


def within_store(path: str, target: str) -> str:
    """The aggregates know no dialect, and neither dialect knows the other."""
    inner, other = (name.split("/")[-2] for name in (path, target))
    if other in STORE_ABOVE.get(inner, ()):
        return f'{path.split("/", 1)[1].rsplit("/", 1)[0]} includes "{target}" beside or above it'
    return ""


def protocol_from_sidecar(folder: str, target: str) -> str:
    if target == "protocol/error.hpp" or folder in PROTOCOL_ANY or folder not in LEVELS:
        return ""
    if target == "protocol/hidden_characters.hpp" and folder in PROTOCOL_CHARACTERS:
        return ""
    if target == "protocol/limits.hpp" and folder in PROTOCOL_LIMITS:
        return ""
    return f'{folder} is below dispatch and may not include "{target}"'


def from_clients(tree, file, target: str) -> str:
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), target))
    if beside in tree.paths:
        bad = beside.startswith("sidecar/")
    else:
        bad = target.startswith("sidecar/") or (
            "sidecar/" + target in tree.paths
            and "clients/cpp/include/" + target not in tree.paths)
    return f'clients/ never includes sidecar/, here "{target}"' if bad else ""
