"""C1: a project of somebody else's finds the installed C++ client, builds, and fetches."""

import pathlib
import subprocess
import tempfile
import unittest

from daemon import BINARY_DIR, SANITIZER, Daemon, clean_environment

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Example(unittest.TestCase):
    """clients/cpp/example against an installed package and a real daemon."""

    def test_C1_the_installed_package_is_complete(self):
        with tempfile.TemporaryDirectory(prefix="coffer-example-") as folder, Daemon() as daemon:
            quiet = {"check": True, "stdout": subprocess.DEVNULL}
            subprocess.run(["cmake", "--install", BINARY_DIR, "--prefix", f"{folder}/prefix",
                            "--component", "client"], **quiet)
            flags = f"-fsanitize={SANITIZER}" if SANITIZER else ""
            subprocess.run(["cmake", "-S", ROOT / "clients/cpp/example", "-B", f"{folder}/build",
                            "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={folder}/prefix",
                            f"-DCMAKE_CXX_FLAGS={flags}"], **quiet)
            subprocess.run(["cmake", "--build", f"{folder}/build"], **quiet)
            with daemon.connect() as client:
                client.set("cmp_a", "slack", "xoxb-1")
            said = subprocess.run([f"{folder}/build/example", "cmp_a", "slack"], check=True,
                                  capture_output=True, text=True,
                                  env=clean_environment(COFFER_SOCKET=daemon.socket))
            self.assertEqual(said.stdout, "a token of 6 bytes, version 1\n")


if __name__ == "__main__":
    unittest.main()
