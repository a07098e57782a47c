"""The program as a whole: which checks run, what is printed, which files count."""
import pathlib
import subprocess
import unittest

import checks
from temporary_tree import RUN, TreeCase
from tree import git_environment

RULES = ["levels", "fences", "lengths", "names", "banned", "headers", "format", "workplace",
         "dependencies"]

# Breaks each rule at least once.
BROKEN = {
    "sidecar/error/upwards.hpp": '#include "net/session.hpp"\n',
    "sidecar/vault/fenced.cpp": "#include <boost/asio.hpp>\n",
    "sidecar/vault/long.cpp": "// " + "x" * 100 + "\n",
    "sidecar/vault/utils.cpp": "int x;\n",
    "sidecar/vault/flush.cpp": "auto& y = std::endl;\n",
    "sidecar/vault/spaces.cpp": "int    z;\n",
    "systemd/where.conf": "path = /" + "home/someone/x\n",
    "CMakeLists.txt": "find_package(Unheard REQUIRED)\n",
}


class RunList(TreeCase):
    def test_every_rule_is_in_the_run_list(self):
        self.assertEqual(sorted(checks.ALL), sorted(RULES))

    def test_every_check_on_disk_is_in_the_run_list(self):
        on_disk = {path.stem for path in pathlib.Path(checks.__file__).parent.glob("*.py")}
        self.assertEqual(set(checks.ALL), on_disk - {"__init__"})

    def test_program_reports_every_rule(self):
        self.write(BROKEN)
        ran = self.run_program()
        reported = {line.split(": ")[1] for line in ran.stdout.splitlines()[:-1]}
        self.assertEqual(reported, set(RULES), ran.stdout + ran.stderr)
        self.assertEqual(ran.returncode, 1)

    def test_help_names_every_rule(self):
        text = subprocess.run([str(RUN), "--help"], capture_output=True, text=True).stdout
        for rule in RULES:
            self.assertIn(f"  {rule} ", text)


class Program(TreeCase):
    def test_clean_tree_passes_and_counts_files(self):
        self.write({"sidecar/error/result.cpp": "int x;\n"})
        ran = self.run_program()
        said = [line for line in ran.stdout.splitlines(True) if "format: warning:" not in line]
        self.assertEqual((ran.returncode, said), (0, ["2 files checked, 0 findings\n"]))

    def test_lines_have_file_line_rule_message(self):
        self.write({"a.cpp": "\n#include <x>\nauto& y = std::endl;\n"})
        ran = self.run_program("banned")
        self.assertRegex(ran.stdout, r"\Aa\.cpp:3: banned: std::endl .*\n"
                                     r"2 files checked, 1 findings\n\Z")

    def test_named_checks_and_paths_limit_the_run(self):
        self.write(BROKEN)
        self.assertEqual(self.run_program("format", "sidecar/error").returncode, 0)
        ran = self.run_program("levels", "sidecar/error", "CMakeLists.txt")
        self.assertTrue(ran.stdout.endswith("2 files checked, 1 findings\n"), ran.stdout)

    def test_unknown_argument_fails_and_says_so(self):
        ran = self.run_program("levles")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("levles is neither a check nor a path", ran.stderr)

    def test_outside_a_repository_fails(self):
        (self.root / ".git").rename(self.root / "gone")
        self.assertEqual(self.run_program().returncode, 1)

    def test_warning_is_printed_and_does_not_fail(self):
        self.write({"a.sh": "true\n" * 301})
        ran = self.run_program()
        self.assertEqual(ran.returncode, 0)
        self.assertRegex(ran.stdout, r"a\.sh:1: lengths: warning: .*\n2 files checked, 0 findings")


class Files(TreeCase):
    def test_tracked_and_untracked_count_ignored_and_deleted_do_not(self):
        bad = "auto& y = std::endl;\n"
        self.write({"tracked.cpp": bad, "deleted.cpp": bad})
        subprocess.run(["git", "-C", str(self.root), "add", "."], check=True,
                       env=git_environment())
        (self.root / "deleted.cpp").unlink()
        self.assert_breaks("banned", {"untracked.cpp": bad, "build/ignored.cpp": bad},
                           "tracked.cpp:1", "untracked.cpp:1")

    def test_links_are_not_followed(self):
        self.write({"build/a.cpp": "auto& y = std::endl;\n"})
        (self.root / "link.cpp").symlink_to("build/a.cpp")
        self.assert_obeys("banned", {})

    def test_scripts_are_known_by_their_first_line(self):
        self.assert_breaks("format", {"one": "#!/usr/bin/env python3\ndef (\n",
                                      "two": "#!/bin/bash\nif\n", "three": "def (\n"},
                           "one:2", "two:3")


if __name__ == "__main__":
    unittest.main()
