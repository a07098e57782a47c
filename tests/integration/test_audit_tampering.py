"""P4: whoever alters, removes or reorders records is found out, and the place is named."""

import os
import random
import re
import shutil
import unittest

import coffer
from audit_chunks import FILE_HEADER_SIZE, Chunks, SpoolFile, blocks_of
from daemon import SANITIZER, Daemon

SHIPPED, KEPT = 5, 4  # records in the store, and behind them records that are only in the spool
SEED = 20261125
STEP = 7 if SANITIZER else 1  # a sanitized daemon takes its time to start


def leave_records(client, count):
    """Fetches of what is not there: a record each, in a block of its own."""
    for number in range(count):
        try:
            client.fetch("cmp_a", f"i{number}")
        except coffer.NotFound:
            pass


class Tampered(unittest.TestCase):
    """A chain with a record in each chunk of the store; the daemon was killed while the store
    could not be written, and left more in its spool. The spool's file has all of them."""

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        with self.daemon.connect() as client:
            for _ in range(SHIPPED):
                leave_records(client, 1)
                next(client.audit(limit=1))  # ships
            with Chunks(self.daemon.store) as chunks, chunks.locked():
                leave_records(client, KEPT)
                self.daemon.kill()
        self.path = next(self.daemon.instance.rglob("*.spool"))
        self.untouched = self.daemon.home / "untouched"
        os.unlink(self.daemon.socket)
        shutil.copytree(self.daemon.instance, self.untouched)

    def begin_anew(self):
        """Everything as it was; the daemon is stopped."""
        if self.daemon.process.poll() is None:
            self.daemon.kill()
        shutil.rmtree(self.daemon.instance)
        shutil.copytree(self.untouched, self.daemon.instance)

    def alter_store(self, alter):
        """alter(rows) gives other rows."""
        self.begin_anew()
        with Chunks(self.daemon.store) as chunks:
            chunks.put(alter(chunks.rows()))
        self.daemon.start()

    def alter_spool(self, alter):
        """alter(file) edits a SpoolFile."""
        self.begin_anew()
        file = SpoolFile(self.path)
        alter(file)
        file.write()
        self.daemon.start()

    def broken(self):
        """(From which record on the trail is broken, how many are whole before that, where)."""
        with self.daemon.connect(timeout=60) as client:
            chains = [chain for chain in client.audit_verify() if not chain.intact]
        self.assertEqual(len(chains), 1)
        place = re.search(r"^(?:store|/\S+), records (\d+) to (\d+): \w+", chains[0].where)
        self.assertIsNotNone(place, chains[0].where)
        self.assertGreaterEqual(int(place[2]), int(place[1]))
        return int(place[1]), chains[0].last, chains[0].where

    def assert_goes_on(self):
        with self.daemon.connect() as client:
            leave_records(client, 1)

    def assert_broken(self, record, in_store=True):
        """It is, from that record on; and it stays so when the daemon has gone on."""
        for _ in range(2):
            found, last, where = self.broken()
            self.assertEqual(found, record, where)
            if in_store:
                self.assertEqual(last, record - 1, where)
            self.assert_goes_on()

    def assert_whole(self, records):
        with self.daemon.connect() as client:
            self.assertEqual([(chain.intact, chain.where) for chain in client.audit_verify()],
                             [(True, None)])
            self.assertEqual([one.sequence for one in client.audit(after=0)],
                             list(range(1, records + 1)))


class InTheStore(Tampered):
    """The table audit_chunks."""

    def test_P4_every_changed_byte_is_found_and_located(self):
        self.daemon.start()
        with self.daemon.connect() as client, Chunks(self.daemon.store) as chunks:
            client.audit_verify()  # ships what was kept
            tried = 0
            for _, first, _, blocks in chunks.rows():
                for block in blocks_of(blocks):
                    for place in range(block.begin, block.end):
                        altered = bytearray(blocks)
                        altered[place] ^= 1 << place % 8
                        chunks.set_blocks(first, altered)
                        chain = client.audit_verify()[0]
                        self.assertFalse(chain.intact, f"byte {place} from record {first}")
                        self.assertIn(f"store, records {block.first} to ", chain.where)
                        tried += 1
                chunks.set_blocks(first, blocks)
            self.assertGreater(tried, 500)
        self.assert_whole(SHIPPED + KEPT)

    def test_P4_untouched_it_is_whole(self):
        self.alter_store(lambda rows: rows)
        self.assert_whole(SHIPPED + KEPT)

    def test_P4_a_chunk_removed(self):
        for gone in range(SHIPPED - 1):
            with self.subTest(gone + 1):
                self.alter_store(lambda rows: rows[:gone] + rows[gone + 1:])
                self.assert_broken(gone + 1)

    def test_P4_what_the_spool_still_has_is_not_lost_with_the_store(self):
        for kept in (0, 1, SHIPPED - 1):
            with self.subTest(kept):
                self.alter_store(lambda rows: rows[:kept])
                self.assert_whole(SHIPPED + KEPT)

    def test_P4_the_tail_removed_while_it_runs(self):
        self.begin_anew()
        self.daemon.start()
        with self.daemon.connect() as client, Chunks(self.daemon.store) as chunks:
            client.audit_verify()  # ships what was kept
            chunks.put(chunks.rows()[:2])
            self.assert_goes_on()
            client.audit_verify()
        self.assert_whole(SHIPPED + KEPT + 1)

    def test_P4_two_chunks_swapped(self):
        def swapped(rows, a, b):
            (chain, first, last, blocks), other = rows[a], rows[b]
            rows[a] = (chain, first, last, other[3])
            rows[b] = (*other[:3], blocks)
            return rows

        for a, b in ((0, 1), (1, 2), (0, 4), (2, 4)):
            with self.subTest((a, b)):
                self.alter_store(lambda rows: swapped(rows, a, b))
                self.assert_broken(a + 1)

    def test_P4_a_chunk_duplicated(self):
        self.alter_store(lambda rows: [(*one[:3], one[3] * 2) if one[1] == 2 else one
                                       for one in rows])
        self.assert_broken(3)
        self.alter_store(lambda rows: [*rows, (rows[0][0], SHIPPED + 1, SHIPPED + 1, rows[-1][3])])
        self.assert_broken(SHIPPED + 1)

    def test_P4_a_chunk_cut(self):
        for size in (0, 1, 55, 56, -1):
            with self.subTest(size):
                self.alter_store(lambda rows: [(*one[:3], one[3][:size]) if one[1] == 3 else one
                                               for one in rows])
                self.assert_broken(3)

    def test_P4_a_row_relabelled(self):
        """Its numbers or its chain."""
        for column, value, record in ((1, 0, 1), (1, 9, 3), (2, 0, 3), (2, 2, 3), (2, 4, 3),
                                      (2, 1 << 40, 3), (0, "f" * 32, 3)):
            with self.subTest((column, value)):
                self.alter_store(lambda rows: [
                    (*one[:column], value, *one[column + 1:]) if one[1] == 3 else one
                    for one in rows])
                with self.daemon.connect() as client:
                    broken = [chain.where for chain in client.audit_verify() if not chain.intact]
                self.assertTrue(any(f"records {record} to " in where for where in broken), broken)
                self.assert_goes_on()


class InTheSpool(Tampered):
    """The file that a killed daemon left."""

    def flip(self, place, bit=1):
        def alter(file):
            file.data[place] ^= bit
        self.alter_spool(alter)

    def test_P4_every_changed_byte_of_the_files_header_is_found(self):
        for place in range(FILE_HEADER_SIZE)[::STEP]:
            with self.subTest(place):
                self.flip(place)
                for _ in range(2):
                    self.broken()
                    self.assert_goes_on()

    def test_P4_every_changed_byte_of_a_blocks_header_is_found_and_located(self):
        kept = SpoolFile(self.path).blocks[SHIPPED + 1]
        for place in range(56)[::STEP]:
            with self.subTest(place):
                self.flip(kept.begin + place)
                self.assert_broken(kept.first, in_store=False)

    def test_P4_any_changed_byte_of_the_records_is_found_and_located(self):
        chosen = random.Random(SEED)
        for block in SpoolFile(self.path).blocks:
            place = chosen.randrange(block.begin + 56, block.end)
            with self.subTest(record=block.first, place=place - block.begin, seed=SEED):
                self.flip(place, 1 << chosen.randrange(8))
                self.assert_broken(block.first, in_store=block.first > SHIPPED)

    def test_P4_blocks_removed_swapped_and_duplicated(self):
        kept = slice(SHIPPED, SHIPPED + KEPT)
        cases = {
            "the first one removed": lambda all, mine: all[:SHIPPED] + mine[1:],
            "the second one removed": lambda all, mine: all[:SHIPPED] + mine[:1] + mine[2:],
            "two swapped": lambda all, mine: all[:SHIPPED] + [mine[1], mine[0], *mine[2:]],
            "the first one twice": lambda all, mine: all[:SHIPPED] + mine[:1] + mine,
            "the last one twice": lambda all, mine: all + mine[-1:],
            "one that was shipped removed": lambda all, mine: all[1:],
        }
        record = dict(zip(cases, (6, 7, 6, 7, 10, 1)))
        for name, parts in cases.items():
            with self.subTest(name):
                def alter(file, parts=parts):
                    everything = [file.bytes_of(i) for i in range(len(file.blocks))]
                    file.put(parts(everything, everything[kept]))
                self.alter_spool(alter)
                self.assert_broken(record[name], in_store=False)

    def test_P4_the_tail_cut(self):
        blocks = SpoolFile(self.path).blocks
        for size in (blocks[-1].end, blocks[-1].begin, blocks[-1].begin + 20, blocks[2].end,
                     blocks[0].begin + 1, FILE_HEADER_SIZE, 10, 0):
            with self.subTest(size):
                def alter(file, size=size):
                    del file.data[size:]
                self.alter_spool(alter)
                for _ in range(2):
                    self.broken()
                    self.assert_goes_on()

    def test_P4_what_was_damaged_is_reported_until_somebody_has_looked_at_it(self):
        def alter(file):
            file.data[file.blocks[SHIPPED].begin + 8] ^= 1  # its first sequence
        self.alter_spool(alter)
        self.assert_broken(SHIPPED + 1, in_store=False)
        self.daemon.line(" error ", "audit_spool_damaged")
        self.assertEqual(len(self.daemon.lines(" error ", "audit_spool_damaged")), 1)
        for _ in range(2):  # also after a restart
            kept = list(self.path.parent.glob("*.damaged"))
            self.assertEqual(len(kept), 1)
            self.daemon.kill()
            self.daemon.start()
            self.assert_broken(SHIPPED + 1, in_store=False)
        kept[0].unlink()
        with self.daemon.connect() as client:
            self.assertTrue(client.audit_verify()[0].intact)


if __name__ == "__main__":
    unittest.main()
