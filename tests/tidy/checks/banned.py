"""Calls that the house does without, and words that put work off."""
import pathlib
import re

from tree import Finding

EVERYWHERE = ("",)
SIDECAR = ("sidecar/",)

# In C++ outside comments and literals: pattern, prefixes where it counts and where not, advice.
TOKENS = [(re.compile(pattern), where, but, advice) for pattern, where, but, advice in (
    (r"\bmemcmp\s*\(", SIDECAR, (), "memcmp: equal_ct for secrets, == for the rest"),
    (r"\bstrcpy\b", EVERYWHERE, (), "strcpy knows no bounds"),
    (r"\bv?sprintf\s*\(", EVERYWHERE, (), "sprintf knows no bounds; use snprintf or fmt"),
    (r"(?<![.>\w])system\s*\(", EVERYWHERE, (), "system() starts a shell"),
    (r"\bstd::cout\b", SIDECAR, ("sidecar/app/",), "std::cout: the log is in log/"),
    (r"\bprintf\s*\(", SIDECAR, ("sidecar/app/",), "printf: the log is in log/"),
    (r"(?<![.>\w])rand\s*\(\s*\)", EVERYWHERE, (), "rand() is guessable"),
    (r"\busing\s+namespace\s+std\s*;", EVERYWHERE, (), "using namespace std"),
    (r"\basio::detached\b", EVERYWHERE, (), "detached loses errors; end in a handler that logs"),
    (r"\bstd::endl\b", EVERYWHERE, (), r"std::endl flushes; write '\n'"),
    (r"\bconst_cast\b", SIDECAR, (), "const_cast"),
)]
DETACH = re.compile(r"\.\s*detach\s*\(\s*\)")
# The log's reader may never read again, so its writer can never be joined; it owns what it uses.
MAY_DETACH = ("sidecar/log/line_writer.cpp",)
THREAD = re.compile(r"\bstd::j?thread\b")

# Written in pieces, so that this file does not contain what it forbids.
WORDS = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b"
                   r"|\b(?i:not imple" r"mented)\b"
                   r"|(?<![.:])\b(?i:place" r"holder)\b(?!=)")  # HTML and CSS have one in earnest
WORD_SUFFIXES = {".js", ".mjs", ".cjs", ".ts", ".go", ".html", ".css", ".sql", ".toml", ".in",
                 ".service", ".socket", ".yml", ".yaml", ".conf"}


def check(tree):
    for file in tree.files:
        if file.kind == "cpp":
            yield from tokens(file)
        if file.kind or pathlib.PurePosixPath(file.name).suffix in WORD_SUFFIXES:
            for match in WORDS.finditer(file.text):
                yield Finding(file.path, file.line_at(match.start()), f'the word "{match[0]}"')


def tokens(file):
    for pattern, where, but, advice in TOKENS:
        if not file.path.startswith(where) or (but and file.path.startswith(but)):
            continue
        for match in pattern.finditer(file.code):
            yield Finding(file.path, file.line_at(match.start()), advice)
    if THREAD.search(file.code) and file.path not in MAY_DETACH:
        for match in DETACH.finditer(file.code):
            yield Finding(file.path, file.line_at(match.start()),
                          "a detached thread outlives what it uses; join it")
