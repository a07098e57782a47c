"""K4: every path that the daemon trusts is examined; what systemd and Kubernetes give is taken."""

import os
import pathlib
import struct
import tempfile
import unittest

from daemon import Daemon, need_root, refused_start

STRANGER = 12345
SERVICE = 12346
GROUP = 12347


class TrustedPaths(unittest.TestCase):
    """Root's daemon; folders that belong to another user."""

    def setUp(self):
        need_root(self)
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.close)
        temporary = tempfile.TemporaryDirectory(prefix="coffer-evil-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.inner = self.folder / "inner"
        self.inner.mkdir(mode=0o755)
        self.folder.chmod(0o755)

    def refuse(self, *flags):
        with Daemon(start=False) as daemon:
            code, line = refused_start(daemon, "--create-key", *flags)
        self.assertEqual(code, 78, line)
        self.assertIn(f"owned by uid {STRANGER}, who could replace it", line)

    def paths(self):
        for name, text in (("policy.toml", ""), ("coffer.toml", "workers = 2\n")):
            path = self.inner / name
            path.write_text(text, encoding="utf-8")
            path.chmod(0o644)
        return (("--socket", self.inner / "socket"), ("--store", self.inner / "coffer.db"),
                ("--master-key-path", self.inner / "key"),
                ("--policy", self.inner / "policy.toml"),
                ("--config", self.inner / "coffer.toml"))

    def test_K4_a_folder_of_another_user_is_refused_for_everything(self):
        for folder in (self.inner, self.folder):
            os.chown(folder, STRANGER, STRANGER)
            for flag, path in self.paths():
                with self.subTest(flag=flag, folder=folder):
                    self.refuse(flag, path)
            os.chown(folder, 0, 0)

    def test_K4_the_spools_folder_too(self):
        config = self.daemon.home / "coffer.toml"
        spool = self.inner / "audit"
        config.write_text(f'audit_spool = "{spool}"\n', encoding="utf-8")
        os.chown(self.inner, STRANGER, STRANGER)
        self.refuse("--config", config)
        self.assertFalse(spool.exists())

    def test_K4_a_configuration_that_others_can_write_is_refused(self):
        (_, path), = [one for one in self.paths() if one[0] == "--config"]
        path.chmod(0o666)
        code, line = refused_start(self.daemon, "--create-key", "--config", path)
        self.assertEqual(code, 78)
        self.assertIn("can be written by others", line)

    def test_P2_a_socket_that_its_group_cannot_reach_is_told_about(self):
        self.daemon.start("--create-key", "--socket-mode", "0660", "--socket-group", "daemon")
        line = self.daemon.line("warning", "socket_out_of_reach")
        self.assertIn(f'closed={self.daemon.instance}', line.replace('"', ""))
        self.daemon.stop()
        os.chown(self.folder, 0, 1)
        self.folder.chmod(0o750)
        self.daemon.start("--socket", self.folder / "s", "--socket-mode", "0660",
                          "--socket-group", "daemon")
        self.assertEqual(self.daemon.lines("socket_out_of_reach"), [])


class HandedOver(unittest.TestCase):
    """A daemon of its own user, whose key belongs to root."""

    def setUp(self):
        need_root(self)
        self.daemon = Daemon(
            start=False, home_mode=0o755,
            wrapper=("setpriv", "--reuid", str(SERVICE), "--regid", str(SERVICE), "--groups",
                     str(GROUP)))
        self.addCleanup(self.daemon.close)
        self.daemon.instance.mkdir(parents=True)
        for folder in (self.daemon.instance.parent, self.daemon.instance):
            os.chown(folder, SERVICE, SERVICE)
            folder.chmod(0o700)
        self.folder = self.daemon.home / "credentials"
        self.folder.mkdir(mode=0o755)
        self.key = self.folder / "master-key"
        self.key.write_bytes(os.urandom(31) + b"\xff")
        self.key.chmod(0o400)
        self.flags = ("--create-key", "--master-key-source", "credential://master-key")

    def give_by_list(self, *users):
        """What systemd 254 and later do: u:SERVICE:r."""
        entries = [(1, 4, 0xFFFFFFFF), *((2, 4, user) for user in users), (4, 0, 0xFFFFFFFF),
                   (16, 4, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF)]
        value = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *one) for one in entries)
        os.setxattr(self.key, "system.posix_acl_access", value)

    def test_K4_a_credential_of_systemd_is_taken_by_its_access_control_list(self):
        self.give_by_list(SERVICE)
        self.daemon.start(*self.flags, CREDENTIALS_DIRECTORY=self.folder)

    def test_K4_a_credential_that_another_user_can_read_is_refused(self):
        self.give_by_list(SERVICE, STRANGER)
        code, line = refused_start(self.daemon, *self.flags, CREDENTIALS_DIRECTORY=self.folder)
        self.assertEqual(code, 78)
        self.assertIn(f"read by uid {STRANGER}", line)

    def test_K4_a_volume_of_kubernetes_is_taken_by_its_group(self):
        version = self.folder / "..2026_11_28"
        version.mkdir()
        self.key.rename(version / "master-key")
        (self.folder / "..data").symlink_to(version.name)
        self.key.symlink_to("..data/master-key")
        for path in (version, version / "master-key"):
            os.chown(path, 0, GROUP)
        version.chmod(0o2750)
        (version / "master-key").chmod(0o440)
        self.folder.chmod(0o1777)
        self.daemon.start(*self.flags, CREDENTIALS_DIRECTORY=self.folder)
        self.daemon.stop()
        self.daemon.start("--master-key-source", f"file://{self.key}")
        self.daemon.stop()
        (version / "master-key").chmod(0o444)
        code, line = refused_start(self.daemon, "--master-key-source", f"file://{self.key}")
        self.assertEqual(code, 78)
        self.assertIn("lets all users at it", line)


if __name__ == "__main__":
    unittest.main()
