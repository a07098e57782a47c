"""Files and folders are named for what they hold; C++ files in snake_case."""
import re

from tree import Finding

EMPTY_NAMES = {"util", "utils", "common", "helper", "helpers", "misc", "manager"}
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\.[a-z]+$")


def check(tree):
    for file in tree.files:
        for part in file.path.split("/"):
            if part.split(".")[0].lower() in EMPTY_NAMES:
                yield Finding(file.path, 1, f'"{part}" does not say what it holds')
        if file.kind == "cpp" and not SNAKE_CASE.match(file.name):
            yield Finding(file.path, 1, f"{file.name} is not snake_case")
