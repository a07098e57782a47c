"""Searches a process's memory, cores and files for secrets."""

import pathlib
import re
import subprocess

from aes_schedule import ghash_key, round_keys

WINDOW = 12  # bytes of a value that make a fragment: less than a vector register holds


def needles_of_key(key):
    """A master key in all the forms in which it must not be found."""
    found = {"key": key, "key in hex": key.hex().encode(), "GHASH key": ghash_key(key),
             "GHASH key, reversed": ghash_key(key)[::-1]}
    for number, round_key in enumerate(round_keys(key)):
        found[f"round key {number}"] = round_key
        found[f"round key {number}, reversed"] = round_key[::-1]
    return found


def needles_of_value(name, value):
    """Fragments of a value at its beginning, middle and end."""
    offsets = {0, len(value) // 2, len(value) - WINDOW}
    return {f"{name} at {offset} of {len(value)}": value[offset : offset + WINDOW]
            for offset in offsets if offset >= 0}


class Scanner:
    """Holds the needles; `findings` grows with every place in which one was found."""

    def __init__(self, needles):
        self._names = {needle: name for name, needle in needles.items()}
        self._pattern = re.compile(b"|".join(re.escape(needle) for needle in self._names))
        self.findings, self.bytes_read, self.unreadable = [], 0, []

    def scan(self, where, data):
        """Searches some bytes."""
        self.bytes_read += len(data)
        for match in self._pattern.finditer(data):
            self.findings.append(f"{where} + {match.start():#x}: {self._names[match.group()]}")

    def scan_memory(self, pid):
        """Searches every readable mapping of a process, as root can; counts the unreadable ones."""
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, \
                open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for line in maps:
                bounds, rights = line.split()[:2]
                if "r" not in rights or "[v" in line:  # the kernel's own pages
                    continue
                low, high = (int(part, 16) for part in bounds.split("-"))
                try:
                    memory.seek(low)
                    self.scan(line.strip(), read_exactly(memory, high - low))
                except OSError:
                    self.unreadable.append(line.strip())

    def scan_core(self, pid, folder):
        """Makes a core with gcore and searches it, register notes and all."""
        private = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(["gcore", "-o", str(folder / "core"), str(pid)], check=False,
                              capture_output=True, env=private)
        core = folder / f"core.{pid}"
        if not core.is_file():
            raise AssertionError(f"gcore made no core: {done.stderr.decode()}")
        self.scan("core", core.read_bytes())
        core.unlink()

    def scan_files(self, folder):
        """Searches every regular file below a folder."""
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file():
                self.scan(str(path), path.read_bytes())


def read_exactly(file, size):
    """Reads `size` bytes from an unbuffered file."""
    parts = []
    while size > 0:
        part = file.read(size)
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
