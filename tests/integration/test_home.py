"""K3: COMPANY_AGENTS_HOME is the instance's own folder; where what is named lies."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import coffer
from daemon import BINARY_DIR, Daemon, clean_environment, refused_start

COFFER = BINARY_DIR / "clients" / "cli" / "coffer"


class Home(unittest.TestCase):
    """The daemon and its clients take the folder as it is named."""

    def setUp(self):
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.close)

    def test_K3_the_home_is_the_instance_for_the_daemon_and_all_clients(self):
        self.daemon.start("--create-key")
        self.assertEqual({path.name for path in self.daemon.instance.iterdir()}
                         & {"secrets", "coffer.db", "coffer.sock", "audit"},
                         {"secrets", "coffer.db", "coffer.sock", "audit"})
        environment = clean_environment(COMPANY_AGENTS_HOME=f"{self.daemon.instance}/")
        done = subprocess.run([COFFER, "ping"], env=environment, check=False)
        self.assertEqual(done.returncode, 0)
        program = "import coffer; coffer.connect().ping()"
        shim = pathlib.Path(coffer.__file__).parents[1]
        done = subprocess.run(["/usr/bin/python3", "-c", program], check=False,
                              env=environment | {"PYTHONPATH": str(shim)})
        self.assertEqual(done.returncode, 0)

    def test_K3_a_home_laid_out_the_old_way_is_told_about_and_not_begun_anew(self):
        self.daemon.start("--create-key")
        self.daemon.stop()
        for flags in ((), ("--create-key",)):
            code, line = refused_start(self.daemon, *flags, COMPANY_AGENTS_HOME=self.daemon.home)
            self.assertEqual(code, 78)
            self.assertIn(f"set COMPANY_AGENTS_HOME={self.daemon.instance}", line)
            self.assertEqual(list(self.daemon.home.iterdir()), [self.daemon.home / "instances"])

    def test_K3_a_key_in_the_old_place_is_told_about_and_a_first_start_may_go_on(self):
        self.daemon.start("--create-key")
        self.daemon.stop()
        for path in self.daemon.instance.glob("coffer.db*"):
            path.unlink()
        code, line = refused_start(self.daemon, COMPANY_AGENTS_HOME=self.daemon.home)
        self.assertEqual(code, 78)
        self.assertIn("set COMPANY_AGENTS_HOME=", line)
        self.daemon.start("--create-key", COMPANY_AGENTS_HOME=self.daemon.home)
        self.daemon.line("warning", "older_layout")

    def test_K3_a_tilde_that_no_shell_replaced_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            before = os.getcwd()
            os.chdir(folder)
            self.addCleanup(os.chdir, before)
            for flags, home in ((("--create-key",), "~/coffer"),
                                (("--create-key", "--store", "~/x.db"), self.daemon.instance),
                                (("--create-key", "--socket", "~/x"), self.daemon.instance)):
                code, line = refused_start(self.daemon, *flags, COMPANY_AGENTS_HOME=home)
                self.assertEqual(code, 78)
                self.assertIn("begins with ~", line)
                self.assertEqual(os.listdir(folder), [])

    def test_P2_relative_paths_are_below_the_current_folder(self):
        self.daemon.instance.mkdir(parents=True, mode=0o700)
        before = os.getcwd()
        os.chdir(self.daemon.instance)
        self.addCleanup(os.chdir, before)
        self.daemon.start("--create-key", "--socket", "own.sock", "--store", "own.db")
        self.assertTrue((self.daemon.instance / "own.db").exists())
        with coffer.connect(str(self.daemon.instance / "own.sock")) as client:
            client.ping()


if __name__ == "__main__":
    unittest.main()
