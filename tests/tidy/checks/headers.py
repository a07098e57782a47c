"""Each header begins with a line saying what it is, guards itself, and compiles alone.

What compiled is remembered in build/tidy-cache under a digest of the header and all that it
includes, so that a second run compiles only what changed.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import tempfile

from tree import Finding

FOLDERS = ("protocol/", "sidecar/", "clients/cpp/")
# Debian keeps libpq-fe.h in a folder of its own.
COMMAND = ["g++", "-std=c++20", "-fsyntax-only", "-I.", "-Isidecar", "-Iclients/cpp/include",
           "-isystem", "/usr/include/postgresql", "-x", "c++", "-"]


def check(tree):
    headers = [file for file in tree.of_kind("cpp")
               if file.path.startswith(FOLDERS) and file.path.endswith(".hpp")]
    for file in headers:
        if not file.text.startswith("//"):
            yield Finding(file.path, 1, "line 1 is not a comment saying what the header is")
        if not re.search(r"^#pragma once$", file.code, re.MULTILINE):
            yield Finding(file.path, 1, "no #pragma once")
    if headers:
        compiler = Compiler(tree.root)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for finding in pool.map(compiler.finding, headers):
                if finding:
                    yield finding


class Compiler:
    def __init__(self, root: pathlib.Path):
        self.root = root
        self.cache = root / "build" / "tidy-cache"
        self.cache.mkdir(parents=True, exist_ok=True)
        try:
            version = subprocess.run(["g++", "--version"], capture_output=True, check=True).stdout
            self.identity = hashlib.sha256(version + repr(COMMAND).encode()).hexdigest()
        except FileNotFoundError:
            self.identity = ""

    def finding(self, file) -> Finding | None:
        if not self.identity:
            return Finding(file.path, 1, "g++ is not installed: cannot compile it")
        entry = self.cache / (hashlib.sha256(file.path.encode()).hexdigest()[:32] + ".json")
        if self.known_good(entry):
            return None
        with tempfile.TemporaryDirectory(dir=self.cache) as folder:
            return self.compile(file.path, entry, pathlib.Path(folder))

    def compile(self, path: str, entry: pathlib.Path, folder: pathlib.Path) -> Finding | None:
        made = subprocess.run(
            COMMAND + ["-MD", "-MF", str(folder / "deps"), "-MT", "x"], cwd=self.root,
            input=f'#include "{path}"\n', capture_output=True, text=True,
            env=os.environ | {"LC_ALL": "C"})
        if made.returncode:
            error = re.search(r"^(?:.*:\d+:\d+: )?(?:fatal )?error: .*", made.stderr, re.MULTILINE)
            return Finding(path, 1, "does not compile alone: "
                           + (error[0] if error else made.stderr.strip()[-200:]))
        files = dependencies((folder / "deps").read_text())
        (folder / "entry").write_text(json.dumps({"files": files, "digest": self.digest(files)}))
        os.replace(folder / "entry", entry)
        return None

    def known_good(self, entry: pathlib.Path) -> bool:
        try:
            known = json.loads(entry.read_text())
            return known["digest"] == self.digest(known["files"])
        except (OSError, ValueError, KeyError):
            return False

    def digest(self, files: list[str]) -> str:
        parts = [self.identity] + [self.state(file) for file in files]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @functools.cache
    def state(self, file: str) -> str:
        """Our files by their content, the system's by size and time."""
        if not os.path.isabs(file):
            content = (self.root / file).read_bytes()
            return f"{file} {hashlib.sha256(content).hexdigest()}"
        status = os.stat(file)
        return f"{file} {status.st_size} {status.st_mtime_ns}"


def dependencies(rule: str) -> list[str]:
    """The prerequisites of a make rule."""
    words = re.findall(r"(?:\\ |[^\s\\]|\\(?!\n))+", rule.partition(":")[2])
    return sorted({word.replace("\\ ", " ") for word in words} - {"-"})
