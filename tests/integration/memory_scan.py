"""Searches a process's memory, cores and files for secrets."""

import base64
import pathlib
import re
import secrets
import subprocess

from aes_schedule import ghash_powers, round_keys

WINDOW = 8  # bytes that make a fragment: what a general-purpose register holds
PAGE = 4096
# Values to search for are made of these bytes only: runs of them are rare, so that each window of
# each value can be looked up.
RARE_RUN = re.compile(b"[\xc0-\xff]{%d,}" % WINDOW)


def searchable(size):
    """A random value of which the scanner finds any fragment."""
    return bytes(byte | 0xC0 for byte in secrets.token_bytes(size))


def needles_of_key(key):
    """Fragments of a master key, of its schedule, and of what HMAC makes of it, by their bytes, in
    the byte orders in which a processor may hold them."""
    parts = {f"round key {i}": part for i, part in enumerate(round_keys(key))}
    parts |= {f"GHASH key ^ {i + 1}": part for i, part in enumerate(ghash_powers(key, 8))}
    parts |= {f"HMAC pad {pad:x}": bytes(byte ^ pad for byte in key) for pad in (0x36, 0x5C)}
    found = {}
    for name, part in parts.items():
        for at in range(0, len(part), WINDOW):
            half = part[at : at + WINDOW]
            swapped = half[3::-1] + half[:3:-1]
            found |= {half: name, half[::-1]: f"{name}, reversed", swapped: f"{name}, swapped"}
    texts = {"key in hex": key.hex(), "key in HEX": key.hex().upper(),
             "key in base64": base64.b64encode(key).decode()[:40]}
    for name, text in texts.items():
        for at in range(0, len(text), WINDOW):
            found[text[at : at + WINDOW].encode()] = name
    return found


class Scanner:
    """Holds needles by their bytes, and values by their names, each as long as a WINDOW at least;
    `findings` grows with every place in which one was found."""

    def __init__(self, needles, values=None):
        self._needles = needles
        self._windows = {value[at : at + WINDOW]: (name, at)
                         for name, value in (values or {}).items()
                         for at in range(len(value) - WINDOW + 1)}
        self.findings, self.bytes_read, self.unreadable = [], 0, []

    def scan(self, where, data):
        """Searches some bytes."""
        for start, part in without_zero_pages(data):
            self.bytes_read += len(part)
            for needle, name in self._needles.items():
                at = part.find(needle)
                if at >= 0:
                    self.findings.append(f"{where} + {start + at:#x}: {name}")
            for run in RARE_RUN.finditer(part):
                self._look_up(f"{where} + {start + run.start():#x}", run.group())

    def _look_up(self, place, run):
        found = [self._windows.get(run[at : at + WINDOW])
                 for at in range(len(run) - WINDOW + 1)]
        found = [one for one in found if one]
        if found:
            name, at = found[0]
            self.findings.append(f"{place}: {len(found) + WINDOW - 1} bytes of {name} from {at}")

    def scan_memory(self, pid, skip=()):
        """Searches every readable mapping of a process, as root can; notes the unreadable ones.
        `skip` holds the beginnings of mappings to leave out."""
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, \
                open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for line in maps:
                bounds, rights = line.split()[:2]
                low, high = (int(part, 16) for part in bounds.split("-"))
                if "r" not in rights or "[v" in line or low in skip:  # [v: the kernel's own pages
                    continue
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

    def scan_files(self, folder, skip):
        """Searches every regular file below a folder, but one."""
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file() and path != skip:
                self.scan(str(path), path.read_bytes())


def without_zero_pages(data):
    """(offset, bytes) of each stretch between pages of nothing: most of a stack is that."""
    zero, begin = bytes(PAGE), None
    for at in range(0, len(data), PAGE):
        if data[at : at + PAGE] == zero:
            if begin is not None:
                yield begin, data[begin:at]
            begin = None
        elif begin is None:
            begin = at
    if begin is not None:
        yield begin, data[begin:]


def locked_and_undumped(pid):
    """Beginnings and sizes of the mappings that are locked and left out of cores."""
    found, low, high = {}, 0, 0
    with open(f"/proc/{pid}/smaps", encoding="utf-8") as smaps:
        for line in smaps:
            words = line.split()
            if re.fullmatch("[0-9a-f]+-[0-9a-f]+", words[0]):
                low, high = (int(part, 16) for part in words[0].split("-"))
            elif words[0] == "VmFlags:" and {"lo", "dd"} <= set(words):
                found[low] = high - low
    return found


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
