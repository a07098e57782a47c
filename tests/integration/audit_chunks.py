"""The bytes of an audit chain, as a foreign hand finds them: in the store and in the spool."""

import contextlib
import sqlite3
import struct
from typing import NamedTuple

FILE_HEADER_SIZE = 64  # "COFAUD01", chain, first sequence, seal before it
BLOCK_HEADER = struct.Struct("<IIQQ32s")  # size of the records, count, first sequence, ms, seal


class Block(NamedTuple):
    """A block's place in some bytes, and its records."""

    begin: int
    end: int
    first: int
    count: int


def blocks_of(data, begin=0):
    """All whole blocks from `begin` on."""
    found = []
    while begin + BLOCK_HEADER.size <= len(data):
        size, count, first, _, _ = BLOCK_HEADER.unpack_from(data, begin)
        if size == 0:
            break
        end = begin + BLOCK_HEADER.size + size
        found.append(Block(begin, end, first, count))
        begin = end
    return found


class SpoolFile:
    """One file of a stopped daemon's spool; write() puts `data` back, with its size."""

    def __init__(self, path):
        self.path = path
        self.data = bytearray(path.read_bytes())
        self.blocks = blocks_of(self.data, FILE_HEADER_SIZE)
        self._size = len(self.data)

    @property
    def end(self):
        """Behind the last block."""
        return self.blocks[-1].end

    def bytes_of(self, number):
        """A copy of a block's bytes."""
        return bytes(self.data[self.blocks[number].begin:self.blocks[number].end])

    def put(self, parts):
        """Puts other blocks in place of all."""
        body = b"".join(parts)
        self.data[FILE_HEADER_SIZE:] = body + bytes(self._size - FILE_HEADER_SIZE - len(body))

    def write(self):
        self.path.write_bytes(self.data)


class Chunks:
    """The table in the store. With the daemon running, too: its next look sees what is changed."""

    def __init__(self, path):
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA synchronous = OFF")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def rows(self):
        """(chain, first, last, blocks) of all."""
        return self._connection.execute(
            "SELECT chain, first, last, blocks FROM audit_chunks ORDER BY chain, first").fetchall()

    def put(self, rows):
        """Puts other rows in place of all."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("DELETE FROM audit_chunks")
        self._connection.executemany("INSERT INTO audit_chunks VALUES (?,?,?,?)", rows)
        self._connection.execute("COMMIT")

    def set_blocks(self, first, blocks):
        """Puts other bytes into the row that begins with a record."""
        self._connection.execute("UPDATE audit_chunks SET blocks = ? WHERE first = ?",
                                 (bytes(blocks), first))

    @contextlib.contextmanager
    def locked(self):
        """Meanwhile nobody else writes to the store: an outage for all but readers."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")
