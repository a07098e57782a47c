"""No file names a folder of the machine that somebody wrote it on."""
import re

from tree import Finding

BEFORE = r"(?<![\w.$}~)\]-])"  # else it goes on a relative path or an address
END = r"""(?=[\s"'`;,)]|$)"""
PRIVATE = re.compile(BEFORE + rf"""/(?:(?:home|root)/|work(?:/|{END}))[^\s"'`]*""")


def check(tree):
    for file in tree.files:
        for match in PRIVATE.finditer(file.text):
            yield Finding(file.path, file.line_at(match.start()),
                          f"{match[0]} exists only where it was written")
