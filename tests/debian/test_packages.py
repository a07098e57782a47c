"""S10: each known release of Debian has its packages and versions; an unknown one is refused."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
RELEASES = {"bookworm": {"clang": "14", "clang-format": "14", "postgresql": "15"},
            "trixie": {"clang": "19", "clang-format": None, "postgresql": "17"}}


def run(*command, **environment):
    kept = {name: text for name, text in os.environ.items() if name != "COFFER_DEBIAN_RELEASE"}
    return subprocess.run([TOP / command[0], *command[1:]], capture_output=True, text=True,
                          env=kept | environment)


class Release(unittest.TestCase):
    def release(self, lines, **environment):
        with tempfile.NamedTemporaryFile("w", suffix="-release") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            return run("sidecar/install", "--release", file.name, **environment)

    def assert_refused(self, ran, *said):
        self.assertEqual((ran.returncode, ran.stdout), (69, ""), ran.stderr)
        for words in (*said, "the known releases of Debian are: bookworm trixie"):
            self.assertIn(words, ran.stderr)

    def test_known(self):
        for name in RELEASES:
            ran = self.release(["ID=debian", f"VERSION_CODENAME={name}"])
            self.assertEqual((ran.returncode, ran.stdout), (0, f"{name}\n"), ran.stderr)

    def test_unknown(self):
        ran = self.release(["ID=debian", 'PRETTY_NAME="Debian 11"', "VERSION_CODENAME=bullseye"])
        self.assert_refused(ran, 'Debian 11 ("bullseye")')
        self.assertNotIn("derived", ran.stderr)

    def test_no_code_name(self):
        self.assert_refused(self.release(["ID=arch"]), "an unknown system")

    def test_derived(self):
        lines = ["ID=ubuntu", "ID_LIKE=debian", 'PRETTY_NAME="Ubuntu 24.04"',
                 "VERSION_CODENAME=noble"]
        self.assert_refused(self.release(lines), "Ubuntu 24.04", "COFFER_DEBIAN_RELEASE=trixie")
        ran = self.release(lines, COFFER_DEBIAN_RELEASE="bookworm")
        self.assertEqual((ran.returncode, ran.stdout), (0, "bookworm\n"))
        self.assert_refused(self.release(lines, COFFER_DEBIAN_RELEASE="sid"), '"sid"')

    def test_derived_that_names_its_debian(self):
        ran = self.release(["ID=linuxmint", "ID_LIKE=debian", "VERSION_CODENAME=faye",
                            "DEBIAN_CODENAME=bookworm"])
        self.assertEqual(ran.stdout, "bookworm\n")


class Toolchain(unittest.TestCase):
    def test_versions(self):
        for release, tools in RELEASES.items():
            for tool, version in tools.items():
                with self.subTest(release=release, tool=tool):
                    ran = run("tests/toolchain", tool, release)
                    self.assertEqual(ran.stdout, f"{version}\n" if version else "")
                    self.assertEqual(ran.returncode, 0 if version else 1)

    def test_this_release(self):
        ran = run("tests/toolchain", "clang", COFFER_DEBIAN_RELEASE="trixie")
        self.assertEqual(ran.stdout, "19\n")

    def test_unknown_tool(self):
        self.assertEqual(run("tests/toolchain", "gcc").returncode, 64)


class Lists(unittest.TestCase):
    def test_versions_stand_in_lists_of_releases_only(self):
        lists = sorted(TOP.glob("*/packages")) + sorted(TOP.glob("tests/*/packages"))
        self.assertGreaterEqual(len(lists), 4)
        for path in lists:
            named = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
            self.assertNotRegex(named, r"(clang|llvm|postgresql|boost)[\w-]*\d", str(path))

    def test_every_release_has_both_lists(self):
        for folder in "sidecar", "tests":
            found = {path.suffix[1:] for path in (TOP / folder).glob("packages.*")}
            self.assertEqual(found, set(RELEASES))


if __name__ == "__main__":
    unittest.main()
