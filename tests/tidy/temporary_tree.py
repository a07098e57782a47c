"""What the checker's own tests stand on: small trees in a temporary folder."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

import checks
from tree import Tree, git_environment

RUN = pathlib.Path(__file__).resolve().parent / "run"


class TreeCase(unittest.TestCase):
    """Each test has an empty repository at `root`."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tidy-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        subprocess.run(["git", "init", "--quiet", str(self.root)], check=True,
                       env=git_environment())
        self.write({".gitignore": "/build/\n"})

    def write(self, files: dict[str, str]):
        for path, text in files.items():
            full = self.root / path
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_text(text)

    def findings(self, check: str, files: dict[str, str]):
        self.write(files)
        return sorted(checks.ALL[check].check(Tree(self.root, [])),
                      key=lambda f: (f.path, f.line, f.message))

    def assert_breaks(self, check: str, files: dict[str, str], *places: str):
        """Exactly these places, each "path:line", have findings or warnings."""
        found = self.findings(check, files)
        self.assertCountEqual([f"{f.path}:{f.line}" for f in found], places, found)

    def assert_obeys(self, check: str, files: dict[str, str]):
        self.assertEqual(self.findings(check, files), [])

    def run_program(self, *args: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, str(RUN), "--root", str(self.root), *args],
                              cwd=self.root, capture_output=True, text=True)
