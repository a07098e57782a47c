"""P2: the policy on the command line."""

import os
import shutil
import unittest

from cli_case import COFFER, CliCase
from daemon import BINARY_DIR

RULE = '[[rule]]\nname = "slackers"\nusers = [4242]\nroles = ["adapter"]\n'


class Policy(CliCase):
    """Files that are checked, and the policy that the daemon has."""

    def file(self, name, text):
        path = self.daemon.home / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return str(path)

    def check(self, *words, path=f"{BINARY_DIR / 'sidecar'}:/usr/bin", **more):
        return self.run_cli("policy", "check", *words, PATH=path, socket="/nonexistent", **more)

    def test_P2_a_good_policy_is_good_without_a_daemon(self):
        good = self.file("good.toml", RULE)
        self.assertEqual(self.check(good).decode(), f"{good}: good\n")
        said = self.check(good, "--json").decode()
        self.assertEqual(said, f'{{"file":"{good}","good":true}}\n')

    def test_P2_a_wrong_policy_says_in_which_line(self):
        wrong = self.file("wrong.toml", RULE + "rolls = 3\n")
        done = self.run_raw("policy", "check", wrong, PATH=f"{BINARY_DIR / 'sidecar'}:/usr/bin")
        self.assertEqual((done.returncode, done.stdout), (10, b""))
        self.assertRegex(done.stderr, rb"^coffer: policy .*wrong\.toml, line 5: .*rolls.*\n$")
        said = self.check(wrong, "--json", code=10, answered=True)
        self.assertIn(b'"good":false,"text":"policy ', said)
        self.check("/nonexistent/policy.toml", code=10)
        self.check("", code=64)

    def test_P2_without_cofferd_it_says_why_it_cannot_check(self):
        alone = self.daemon.home / "alone"
        alone.mkdir()
        shutil.copy(COFFER, alone / "coffer")
        if any(os.access(f"{folder}/cofferd", os.X_OK)
               for folder in ("/usr/sbin", "/usr/local/sbin")):
            self.fail("cofferd is installed here, where it is always found")
        self.assertEqual(self.check(self.file("any.toml", RULE), path="/usr/bin", code=1), b"")

    def test_P2_the_cofferd_beside_coffer_comes_first(self):
        bin_folder = self.daemon.home / "usr" / "bin"
        for folder, said in ((bin_folder, "from bin"), (bin_folder.parent / "sbin", "from sbin")):
            folder.mkdir(parents=True)
            fake = folder / "cofferd"
            fake.write_text(f"#!/bin/sh\necho cofferd: {said} >&2\nexit 78\n", encoding="utf-8")
            fake.chmod(0o755)
        shutil.copy(COFFER, bin_folder / "coffer")
        own, self.__class__.program = self.program, bin_folder / "coffer"
        self.addCleanup(setattr, self.__class__, "program", own)
        file = self.file("asked.toml", RULE)
        self.assertIn("from bin", self.json("policy", "check", file, code=10,
                                            answered=True)["text"])
        (bin_folder / "cofferd").unlink()
        self.assertIn("from sbin", self.json("policy", "check", file, code=10,
                                             answered=True)["text"])
        (bin_folder.parent / "sbin" / "cofferd").write_text("#!/bin/sh\nexit 64\n",
                                                            encoding="utf-8")
        self.run_cli("policy", "check", file, code=1)

    def test_P2_a_question_is_answered_with_the_rule(self):
        words = ("policy", "explain", "--uid", str(os.getuid()), "integration_fetch", "cmp_a",
                 "slack")
        shown = self.run_cli(*words).decode().splitlines()
        self.assertEqual(shown[0], "allowed")
        self.assertEqual(shown[1].split(), ["RULE", "GRANTS", "REASON"])
        self.assertEqual(shown[2].split()[:2], ["owner", "yes"])
        said = self.json(*words)
        self.assertTrue(said["allowed"])
        self.assertEqual((said["verdicts"][0]["rule"], said["verdicts"][0]["grants"]),
                         ("owner", True))

    def test_P2_a_stranger_is_told_why_not(self):
        words = ("policy", "explain", "--uid", "4242", "integration_fetch")
        shown = self.run_cli(*words, code=10, answered=True).decode().splitlines()
        self.assertEqual(shown[0], "denied")
        self.assertEqual(shown[2].split()[:2], ["owner", "no"])
        said = self.json(*words, "--unit", "a.service", "--agent", "agt_bob", code=10,
                         answered=True)
        self.assertFalse(said["allowed"])
        self.assertTrue(said["verdicts"][0]["reason"])

    def test_P2_exit_codes_of_policy(self):
        self.run_cli("policy", "explain", "integration_fetch", code=64)
        self.run_cli("policy", "explain", "--uid", "root", "integration_fetch", code=64)
        self.run_cli("policy", "explain", "--uid", "1", "integration_fetch", "", code=64)
        self.run_cli("policy", "explain", "--uid", "1", "frobnicate", code=65)
        self.run_cli("policy", "explain", "--uid", "4294967295", "ping", code=65)


if __name__ == "__main__":
    unittest.main()
