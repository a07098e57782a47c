"""P4: the audit trail on the command line."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import unittest

from cli_case import COFFER, CliCase
from daemon import Daemon, clean_environment


class Audit(CliCase):
    """Each test has a company of its own; all share one trail."""

    def fill(self, company, count):
        with self.daemon.connect() as client:
            client.set(company, "slack", "xoxb-canary")
            for _ in range(count):
                client.fetch(company, "slack").wipe()

    def test_P4_the_newest_records_are_listed_oldest_first(self):
        self.fill("cmp_list", 3)
        rows = self.table("audit", "list", "--company", "cmp_list", "--limit", "4")
        self.assertEqual([(row["OPERATION"], row["OUTCOME"]) for row in rows],
                         [("integration_set", "done")] + [("integration_fetch", "done")] * 3)
        numbers = [int(row["SEQUENCE"]) for row in rows]
        self.assertEqual(numbers, sorted(numbers))
        last = rows[-1]
        self.assertEqual((last["UID"], last["COMPANY"], last["SUBJECT"], last["RULE"]),
                         (str(os.getuid()), "cmp_list", "slack", "owner"))
        self.assertRegex(last["TIME (UTC)"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        self.assertIn(b"no such records", self.run_cli("audit", "list", "--company", "cmp_none"))

    def test_P4_json_reads_forward_and_backward(self):
        self.fill("cmp_json", 450)
        every = self.json("audit", "list", "--company", "cmp_json", "--after", "0", "--limit",
                          "1000")
        self.assertEqual(len(every), 452)  # a change has a record of its beginning, too
        self.assertEqual(len({one["sequence"] for one in every}), 452)
        self.assertEqual({one["company"] for one in every}, {"cmp_json"})
        words = ("audit", "list", "--company", "cmp_json", "--limit", "250")
        self.assertEqual(self.json(*words), every[-250:])
        middle = str(every[300]["sequence"])
        self.assertEqual(self.json(*words, "--before", middle), every[50:300])
        self.assertEqual(self.json(*words, "--after", middle), every[301:])
        self.assertNotIn("canary", json.dumps(every))

    def test_P4_a_refusal_is_on_record(self):
        self.run_cli("integration", "fetch", "cmp_refused", "slack", code=66)
        one, = self.json("audit", "list", "--company", "cmp_refused")
        self.assertEqual((one["operation"], one["outcome"]), ("integration_fetch", "not_found"))

    def test_P4_exit_codes_of_audit(self):
        self.run_cli("audit", "list", "--after", "1", "--before", "2", code=64)
        for number in ("0", "-1", "x", "100001"):
            self.run_cli("audit", "list", "--limit", number, code=64)
        self.run_cli("audit", "list", "--chain", "0" * 32, code=0)
        self.run_cli("audit", "list", "--chain", "no chain", code=65)
        self.run_cli("audit", "list", "--company", "", code=64)
        self.run_cli("audit", "verify", socket="/nonexistent/socket", code=69)
        self.run_cli("audit", "export", "/nonexistent/file", code=1)

    def follow(self, *words):
        return subprocess.Popen([COFFER, "audit", "tail", "--follow", *words],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=clean_environment(COFFER_SOCKET=self.daemon.socket))

    def test_P4_tail_shows_the_end_and_stops(self):
        self.fill("cmp_tail", 20)
        rows = self.table("audit", "tail", "--company", "cmp_tail")
        self.assertEqual([row["OPERATION"] for row in rows], ["integration_fetch"] * 10)
        lines = self.run_cli("audit", "tail", "--company", "cmp_tail", "--limit", "3", "--json")
        self.assertEqual(len([json.loads(line) for line in lines.splitlines()]), 3)

    def test_P4_tail_follows_until_it_is_interrupted(self):
        for how in (signal.SIGINT, signal.SIGTERM):
            company = f"cmp_follow_{how.name}"
            self.fill(company, 1)
            with self.follow("--company", company, "--limit", "1", "--json") as process:
                seen = [json.loads(process.stdout.readline())]
                self.fill_more(company, 300)
                seen += [json.loads(process.stdout.readline()) for _ in range(300)]
                self.fill_more(company, 1)
                seen.append(json.loads(process.stdout.readline()))
                process.send_signal(how)
                rest, errors = process.communicate(timeout=60)
            self.assertEqual((process.returncode, rest, errors), (0, "", ""))
            numbers = [one["sequence"] for one in seen]
            self.assertEqual(len(set(numbers)), 302)
            self.assertEqual(numbers, sorted(numbers))

    def fill_more(self, company, count):
        with self.daemon.connect() as client:
            for _ in range(count):
                client.fetch(company, "slack").wipe()

    def test_P4_tail_follows_from_nothing_and_prints_the_heads_once(self):
        with self.follow("--company", "cmp_fresh") as process:
            self.fill("cmp_fresh", 1)
            self.assertTrue(process.stdout.readline().startswith("SEQUENCE"))
            operations = [process.stdout.readline().split()[5] for _ in range(3)]
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
        self.assertEqual(operations, ["integration_set", "integration_set", "integration_fetch"])

    def test_P4_an_export_holds_every_record_once(self):
        self.fill("cmp_export", 450)
        path = self.daemon.home / "audit.jsonl"
        said = self.run_cli("audit", "export", str(path), "--company", "cmp_export")
        self.assertEqual(said.decode(), f"452 records in {path}\n")
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        self.assertEqual(lines, self.json("audit", "list", "--company", "cmp_export", "--after",
                                          "0", "--limit", "1000"))
        self.run_cli("audit", "export", str(path), code=73)
        self.assertEqual(len(path.read_bytes().splitlines()), 452)
        said = self.json("audit", "export", str(path), "--replace", "--company", "cmp_none")
        self.assertEqual(said, {"records": 0, "file": str(path)})
        self.assertEqual(path.read_bytes(), b"")
        self.assertEqual([p.name for p in path.parent.glob("audit.jsonl*")], ["audit.jsonl"])
        out = self.run_cli("audit", "export", "-", "--company", "cmp_export")
        self.assertEqual([json.loads(line) for line in out.splitlines()], lines)

    def test_P4_an_export_on_a_terminal_shows_its_progress(self):
        self.fill("cmp_progress", 1)
        path = self.daemon.home / "progress.jsonl"
        code, screen = self.in_terminal("audit", "export", str(path))
        self.assertEqual(code, 0)
        self.assertRegex(screen, rb"\[#+\.*\] +\d+ %  record \d+ of \d+")

    def test_P4_an_export_that_fails_leaves_nothing(self):
        path = self.daemon.home / "failed.jsonl"
        self.run_cli("audit", "export", str(path), "--chain", "no chain", code=65)
        self.assertEqual(list(path.parent.glob("failed.jsonl*")), [])

    def test_P4_a_trail_that_was_not_touched_verifies(self):
        self.fill("cmp_verify", 1)
        row, = self.table("audit", "verify")
        self.assertEqual((row["FIRST"], row["STATE"], row["WHERE"]), ("1", "intact", "-"))
        self.assertEqual(row["RECORDS"], row["LAST"])
        one, = self.json("audit", "verify")
        self.assertEqual((one["chain"], one["intact"], one["where"]), (row["CHAIN"], True, None))
        self.assertEqual(self.json("audit", "list", "--limit", "1", "--chain", row["CHAIN"]),
                         self.json("audit", "list", "--limit", "1"))


class BrokenAudit(CliCase):
    """A daemon of its own, whose trail is changed behind its back."""

    def test_P4_a_changed_byte_is_found_and_located(self):
        with self.daemon.connect() as client:
            client.set("cmp_a", "slack", "xoxb-1")
            for _ in range(20):
                client.fetch("cmp_a", "slack").wipe()
        self.run_cli("audit", "list")  # what is listed has gone to the store
        self.daemon.stop()
        with sqlite3.connect(self.daemon.store) as store:
            (number, blocks), = store.execute("SELECT rowid, blocks FROM audit_chunks LIMIT 1")
            changed = blocks[:-40] + bytes([blocks[-40] ^ 1]) + blocks[-39:]
            store.execute("UPDATE audit_chunks SET blocks = ? WHERE rowid = ?", (changed, number))
        store.close()
        self.daemon.start()
        broken = self.json("audit", "verify", code=11, answered=True)
        self.assertIn(False, [one["intact"] for one in broken])
        self.assertTrue([one["where"] for one in broken if not one["intact"]][0])
        rows = self.table("audit", "verify", code=11, answered=True)
        self.assertIn("BROKEN", [row["STATE"] for row in rows])


if __name__ == "__main__":
    unittest.main()
