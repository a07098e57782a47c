"""P4: without room for the record there is no answer; and with room again, all goes on."""

import contextlib
import os
import pathlib
import subprocess
import unittest
import unittest.mock

import coffer
from audit_chunks import Chunks, SpoolFile
from daemon import Daemon, eventually, need_root, refused_start
from spool_case import AS_USER, MIB, RECORD_SIZE, SEGMENT, USER, Flooded, temporary_folder


class Disk(Flooded):
    """A spool on a small file system of its own."""

    def setUp(self):
        need_root(self)
        self.mounted = contextlib.ExitStack()
        self.addCleanup(self.mounted.close)

    def mount(self, size):
        """A tmpfs; it is unmounted whatever happens."""
        folder = pathlib.Path(self.mounted.enter_context(temporary_folder()))
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", folder],
                       check=True)
        self.mounted.callback(subprocess.run, ["umount", "--lazy", folder], check=True)
        return folder

    def fill(self, folder, leave):
        """A ballast file, so that so many bytes are left."""
        room = os.statvfs(folder)
        ballast = folder / "ballast"
        with open(ballast, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - leave)
        return ballast

    def test_P4_a_disk_that_is_full_at_the_first_request(self):
        disk = self.mount(3 * SEGMENT)
        ballast = self.fill(disk, SEGMENT - MIB)
        self.daemon = Daemon(config=f'audit_spool = "{disk}/audit"\n')
        self.addCleanup(self.daemon.close)
        with self.daemon.connect() as client:
            with self.assertRaises(coffer.AuditUnavailable):
                client.set("cmp_a", "slack", "xoxb-1")
            client.ping()
            self.assertEqual(list(client.list("cmp_a")), [])
            self.assert_advised("audit_spool_full", str(disk), "No space left on device")
            ballast.unlink()
            eventually(lambda: self.made(client), "the set is answered")
            self.assertEqual(client.fetch("cmp_a", "slack").version, 1)
            self.assertEqual([(one.where, one.records) for one in client.audit_verify()],
                             [(None, 3)])

    def test_P4_no_room_to_keep_a_damaged_file_refuses_the_start(self):
        disk = self.mount(3 * SEGMENT)
        self.start(f'audit_spool = "{disk}/audit"')
        self.daemon.kill()
        file = SpoolFile(next(disk.glob("audit/*.spool")))
        file.data[file.blocks[2].begin + 8] ^= 1  # its first sequence
        file.write()
        (disk / "audit" / "spare").unlink(missing_ok=True)
        ballast = self.fill(disk, MIB)
        code, line = refused_start(self.daemon)
        self.assertEqual(code, 78)
        self.assertIn("make room", line)
        self.assertEqual(list(disk.glob("audit/*.damaged")), [])
        ballast.unlink()
        self.daemon.start()
        self.assertEqual(len(list(disk.glob("audit/*.damaged"))), 1)

    def made(self, client):
        try:
            return client.set("cmp_a", "slack", "xoxb-1")
        except coffer.AuditUnavailable:
            return None

    def test_P4_a_disk_that_fills_up_while_the_store_is_away(self):
        disk = self.mount(4 * SEGMENT)
        self.start(f'audit_spool = "{disk}/audit"')
        spare = disk / "audit" / "spare"  # it is made ahead, while others go on
        eventually(lambda: spare.exists() and spare.stat().st_size == SEGMENT, "there is a spare")
        ballast = self.fill(disk, 2 * MIB)
        with Chunks(self.daemon.store) as chunks, chunks.locked():
            self.assertEqual(self.flood(3 * SEGMENT), "audit_unavailable")
            self.assertGreater(self.records * RECORD_SIZE, SEGMENT)
            self.assert_closed()
            self.assert_advised("audit_spool_full", str(disk), "No space left on device")
            ballast.unlink()
            eventually(self.fetched, "a fetch is answered")
        self.assert_unchanged()
        self.assert_open()


class Quota(Flooded):
    """audit_spool_size_max."""

    def test_P4_a_spool_at_its_limit_waits_for_the_store(self):
        self.start("audit_spool_size_max = 67108864")
        with Chunks(self.daemon.store) as chunks, chunks.locked():
            self.assertEqual(self.flood(6 * SEGMENT), "audit_unavailable")
            self.assertEqual(len(self.files()), 4)
            self.assertGreater(self.records * RECORD_SIZE, 3.9 * SEGMENT)
            self.assert_closed()
            self.assert_advised("audit_spool_full", "quota")
        eventually(self.fetched, "a fetch is answered")
        self.assert_unchanged()
        self.assert_open()
        self.assertLessEqual(len(self.files()), 4)  # kept for an hour, within the limit


class Folder(Flooded):
    """A folder that is taken away."""

    def test_P4_a_removed_folder_closes_until_it_is_back(self):
        self.start()
        aside = self.daemon.home / "aside"
        self.folder.rename(aside)
        eventually(lambda: not self.fetched(), "a fetch is refused")
        self.assert_closed()
        self.assert_advised("audit_spool_gone", str(self.folder))
        self.folder.mkdir(mode=0o700)
        eventually(self.fetched, "a fetch is answered")
        self.assert_unchanged()
        self.daemon.kill()
        self.daemon.start()
        self.assert_open()

    def test_P4_removed_files_are_put_back_with_all_they_held(self):
        self.start()
        with Chunks(self.daemon.store) as chunks, chunks.locked():
            self.assertIsNone(self.flood(MIB))
            for path in self.folder.iterdir():
                path.unlink()
            eventually(self.files, "the file is put back")
            self.assertIsNone(self.flood(MIB))
            self.daemon.kill()
        self.daemon.start()
        self.assert_open()

    def test_P4_a_folder_that_may_not_be_written(self):
        need_root(self)
        told = unittest.mock.patch.dict(os.environ, {"COFFER_SERVER_UID": str(USER)})
        told.start()  # clients trust a daemon of another user only when they are told to
        self.addCleanup(told.stop)
        self.start(home_owner=USER, wrapper=AS_USER)
        os.chown(self.folder, 0, 0)
        self.folder.chmod(0o555)
        self.assertEqual(self.flood(3 * SEGMENT), "audit_unavailable")
        self.assert_closed()
        self.assert_advised("audit_spool_full", str(self.folder), "Permission denied")
        os.chown(self.folder, USER, USER)
        self.folder.chmod(0o700)
        eventually(self.fetched, "a fetch is answered")
        self.assert_unchanged()
        self.assertIsNone(self.flood(2 * SEGMENT))
        self.assert_open()


class Files(Flooded):
    """A spool of many files, on its way to the store."""

    def test_P4_many_files_are_one_chain_also_across_a_kill(self):
        self.start()
        with Chunks(self.daemon.store) as chunks, chunks.locked():
            self.assertIsNone(self.flood(3 * SEGMENT))
            self.assertGreater(len(self.files()), 2)
            self.daemon.kill()
        self.daemon.start()
        self.assert_open()
        self.assertGreater(len(self.files()), 2)  # kept for an hour
        self.assertEqual(self.daemon.stop(), 0)
        self.daemon.start()
        self.assert_open_again()
        self.assert_gone_from_the_store()

    def assert_open_again(self):
        with self.daemon.connect(timeout=60) as client:
            self.assertEqual(client.audit_verify()[0].records, self.records)
            self.assertEqual(next(client.audit(limit=1)).sequence, self.records)

    def assert_gone_from_the_store(self):
        """What neither the store nor the spool has is a hole that the chain states."""
        with self.daemon.connect(timeout=60) as client, Chunks(self.daemon.store) as chunks:
            rows = chunks.rows()
            for name in self.files()[:-1]:
                (self.folder / name).unlink()
            first = int(self.files()[0].split(".")[0])
            chunks.put([])
            chain = client.audit_verify()[0]
            self.assertTrue(chain.intact, chain.where)
            self.assertEqual((chain.missing, chain.holes), (first - 1, f"records 1 to {first - 1}"))
            self.daemon.line(" error ", "audit_hole_stated")
            chunks.put(rows)
            chain = client.audit_verify()[0]
            self.assertEqual((chain.intact, chain.missing), (True, None))

    def test_P4_S6_a_store_that_cannot_be_written_holds_no_fetch_up(self):
        self.start()
        with Chunks(self.daemon.store) as chunks:
            with chunks.locked():
                eventually(lambda: self.fetched() and self.daemon.lines(" error ", "locked"),
                           "the store is found locked")
                self.assertIsNone(self.flood(MIB))
            eventually(lambda: sum(len(row[3]) for row in chunks.rows()) > MIB, "it is shipped")
        self.assert_open()


class Start(unittest.TestCase):
    """A folder of no use is refused with one line."""

    def refused(self, path, wrapper=(), owner=None):
        daemon = Daemon(start=False, wrapper=wrapper, config=f'audit_spool = "{path}"\n')
        self.addCleanup(daemon.close)
        if owner is not None:
            for each in (daemon.home, *daemon.home.rglob("*")):
                os.chown(each, owner, owner)
        code, line = refused_start(daemon, "--create-key")
        self.assertEqual(code, 78)
        self.assertIn(str(path), line)
        self.assertIn("owned by the daemon's user", line)
        self.assertNotIn("serving", daemon.log())

    def test_P4_a_file_where_the_folder_should_be(self):
        with temporary_folder() as folder:
            path = pathlib.Path(folder) / "file"
            path.touch()
            self.refused(path)
            self.refused(path / "below")

    def test_P4_a_folder_of_somebody_else(self):
        need_root(self)
        with temporary_folder() as folder:
            os.chmod(folder, 0o755)
            self.refused(pathlib.Path(folder), AS_USER, USER)
            self.refused(pathlib.Path(folder) / "new", AS_USER, USER)


if __name__ == "__main__":
    unittest.main()
