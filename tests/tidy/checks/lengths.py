"""Files, functions and lines stay short: asked why past one bound, findings past the next."""
import re

import functions
from tree import Finding

FILE_WARNING, FILE_MAX = 300, 500
FUNCTION_WARNING, FUNCTION_MAX = 60, 100
COLUMNS_MAX = 100
REASON = re.compile(r"tidy: long because \S+")
LONE_URL = re.compile(r"\s*(?://+|#|\*)?\s*\S*://\S+\s*$")


def check(tree):
    for file in tree.of_kind("cpp", "python", "shell", "cmake"):
        for number, line in enumerate(file.lines, 1):
            if len(line) > COLUMNS_MAX and not LONE_URL.match(line):
                yield Finding(file.path, number, f"{len(line)} columns, at most {COLUMNS_MAX}")
        excused = REASON.search(file.text) is not None
        yield from judge(file, 1, "file", len(file.lines), (FILE_WARNING, FILE_MAX), excused)
        for function in functions.of(file):
            yield from judge(file, function.line, function.name, function.lines,
                             (FUNCTION_WARNING, FUNCTION_MAX), excused)


def judge(file, line: int, what: str, count: int, bounds: tuple[int, int], excused: bool):
    warning, most = bounds
    if count > most:
        yield Finding(file.path, line, f"{what} has {count} lines, at most {most}: split it")
    elif count > warning and not excused:
        yield Finding(file.path, line, f"{what} has {count} lines, more than {warning}",
                      warning=True)
