"""S1, S2: what was moved, swapped, re-labelled or altered in the database does not decrypt."""

import sqlite3
import subprocess
import unittest

import coffer
from daemon import Daemon

MOVES = {
    "another company": "UPDATE secrets SET company_id = 'cmp_c' WHERE subject_id = 'slack'"
                       " AND company_id = 'cmp_a'",
    "another integration": "UPDATE secrets SET subject_id = 'jira' WHERE subject_id = 'slack'"
                           " AND company_id = 'cmp_a'",
    "another name": "UPDATE secrets SET name = 'refresh_token' WHERE subject_id = 'slack'"
                    " AND company_id = 'cmp_a'",
    "another version": "UPDATE secrets SET version = 9 WHERE subject_id = 'slack'"
                       " AND company_id = 'cmp_a'",
    "another kind": "UPDATE secrets SET kind = 'agent' WHERE subject_id = 'slack'"
                    " AND company_id = 'cmp_a'",
    "another nonce": "UPDATE secrets SET nonce = zeroblob(12) WHERE subject_id = 'slack'"
                      " AND company_id = 'cmp_a'",
    "no value": "DELETE FROM secrets WHERE subject_id = 'slack' AND company_id = 'cmp_a'",
    "an empty value": "UPDATE secrets SET value = x'' WHERE subject_id = 'slack'"
                      " AND company_id = 'cmp_a'",
}

# The metadata follows, so that the row is found where it now is.
RELABELS = {
    "company": (
        "DELETE FROM secrets WHERE company_id = 'cmp_b';"
        "UPDATE secrets SET company_id = 'cmp_b' WHERE company_id = 'cmp_a'"
        " AND subject_id = 'slack';"
        "UPDATE integrations SET version = (SELECT version FROM secrets WHERE company_id = 'cmp_b')"
        " WHERE company_id = 'cmp_b'", ("cmp_b", "slack")),
    "integration": (
        "DELETE FROM secrets WHERE company_id = 'cmp_a' AND subject_id = 'github';"
        "UPDATE secrets SET subject_id = 'github' WHERE company_id = 'cmp_a'"
        " AND subject_id = 'slack';"
        "UPDATE integrations SET version = 1 WHERE integration_id = 'github'",
        ("cmp_a", "github")),
    "version": (
        "UPDATE secrets SET version = 77 WHERE company_id = 'cmp_a' AND subject_id = 'slack';"
        "UPDATE integrations SET version = 77 WHERE company_id = 'cmp_a'"
        " AND integration_id = 'slack'", ("cmp_a", "slack")),
}

SWAP = ("UPDATE secrets SET {0} = (SELECT o.{0} FROM copy o WHERE o.company_id = 'cmp_a' AND"
        " o.subject_id = CASE secrets.subject_id WHEN 'slack' THEN 'github' ELSE 'slack' END)"
        " WHERE company_id = 'cmp_a';")


class Tampering(unittest.TestCase):
    """A foreign hand edits the file of a stopped daemon."""

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        with self.daemon.connect() as client:
            client.set("cmp_a", "slack", "value-of-slack")
            client.set("cmp_a", "github", "value-of-git--")
            client.set("cmp_b", "slack", "value-of-b----")

    def edit(self, sql):
        self.assertEqual(self.daemon.stop(), 0)
        with sqlite3.connect(self.daemon.store) as file:
            file.executescript(sql)
        file.close()
        self.daemon.start()

    def assert_tampered(self, company, integration):
        with self.daemon.connect() as client:
            for _ in range(2):  # it must not be cached, either
                with self.assertRaises(coffer.Tampered) as raised:
                    client.fetch(company, integration)
                self.assertNotIn("value-of", str(raised.exception))
        self.assertNotIn("value-of", self.daemon.log())

    def assert_whole(self, company, integration, value):
        with self.daemon.connect() as client:
            self.assertEqual(client.fetch(company, integration).reveal(), value)

    def test_S2_a_row_moved_away(self):
        for what, sql in MOVES.items():
            with self.subTest(what):
                self.setUp()
                self.edit(sql)
                self.assert_tampered("cmp_a", "slack")
                self.assert_whole("cmp_a", "github", "value-of-git--")
                self.assert_whole("cmp_b", "slack", "value-of-b----")

    def test_S2_a_row_relabelled_with_its_metadata(self):
        for what, (sql, where) in RELABELS.items():
            with self.subTest(what):
                self.setUp()
                self.edit(sql)
                self.assert_tampered(*where)

    def test_S2_values_swapped(self):
        columns = "".join(SWAP.format(name) for name in ("nonce", "value", "key_id"))
        self.edit(f"CREATE TABLE copy AS SELECT * FROM secrets; {columns} DROP TABLE copy")
        self.assert_tampered("cmp_a", "slack")
        self.assert_tampered("cmp_a", "github")
        self.assert_whole("cmp_b", "slack", "value-of-b----")

    def test_S2_an_older_value_under_the_new_version(self):
        self.assertEqual(self.daemon.stop(), 0)
        with sqlite3.connect(self.daemon.store) as file:
            old = file.execute("SELECT nonce, value FROM secrets WHERE company_id = 'cmp_b'")
            old = old.fetchone()
        file.close()
        self.daemon.start()
        with self.daemon.connect() as client:
            client.rotate("cmp_b", "slack", "value-of-new--")
        self.assertEqual(self.daemon.stop(), 0)
        with sqlite3.connect(self.daemon.store) as file:
            file.execute("UPDATE secrets SET nonce = ?, value = ? WHERE company_id = 'cmp_b'", old)
        file.close()
        self.daemon.start()
        self.assert_tampered("cmp_b", "slack")

    def test_S2_a_flipped_bit(self):
        for column, size in (("nonce", 12), ("value", 14 + 16)):
            for byte in (0, size // 2, size - 1):
                with self.subTest(column=column, byte=byte):
                    self.setUp()
                    self.assertEqual(self.daemon.stop(), 0)
                    with sqlite3.connect(self.daemon.store) as file:
                        where = "WHERE company_id = 'cmp_a' AND subject_id = 'slack'"
                        row = file.execute(f"SELECT {column} FROM secrets {where}").fetchone()
                        data = bytearray(row[0])
                        self.assertEqual(len(data), size)
                        data[byte] ^= 1
                        file.execute(f"UPDATE secrets SET {column} = ? {where}", (bytes(data),))
                    file.close()
                    self.daemon.start()
                    self.assert_tampered("cmp_a", "slack")

    def test_S2_with_the_stock_sqlite3(self):
        self.assertEqual(self.daemon.stop(), 0)
        subprocess.run(["sqlite3", self.daemon.store,
                        "UPDATE secrets SET value = randomblob(length(value))"
                        " WHERE company_id = 'cmp_a' AND subject_id = 'slack'"], check=True)
        self.daemon.start()
        self.assert_tampered("cmp_a", "slack")
        self.assertEqual(self.daemon.stop(), 0)  # then its log is complete
        self.assertTrue(self.daemon.lines("error", "tampered"))

    def test_S1_companies_cannot_reach_each_other(self):
        with self.daemon.connect() as client:
            attempts = [
                lambda: client.fetch("cmp_b", "github"),
                lambda: client.show("cmp_b", "github"),
                lambda: client.rotate("cmp_b", "github", "x"),
                lambda: client.delete("cmp_b", "github"),
            ]
            for attempt in attempts:
                self.assertRaises(coffer.NotFound, attempt)
            self.assertEqual([one.integration for one in client.list("cmp_b")], ["slack"])

    def test_S1_no_operation_of_one_company_changes_another(self):
        """Also with the other's row in the cache, and with ids that run into each other."""
        with self.daemon.connect() as client:
            client.set("cmp_", "aslack", "value-of-other")
            self.assert_whole("cmp_a", "slack", "value-of-slack")
            before = [one._replace(last_used_at=None) for one in client.list("cmp_a")]
            for change in (lambda: client.set("cmp_b", "github", "value-of-b-2--"),
                           lambda: client.rotate("cmp_b", "slack", "value-of-b-3--"),
                           lambda: client.set("cmp_b", "slack", "value-of-b-4--", replace=True),
                           lambda: client.show("cmp_b", "slack"),
                           lambda: client.fetch("cmp_b", "slack"),
                           lambda: client.delete("cmp_b", "slack"),
                           lambda: client.delete("cmp_b", "github"),
                           lambda: client.delete("cmp_", "aslack")):
                change()
                self.assert_whole("cmp_a", "slack", "value-of-slack")
                self.assert_whole("cmp_a", "github", "value-of-git--")
            after = [one._replace(last_used_at=None) for one in client.list("cmp_a")]
            self.assertEqual(before, after)
            self.assertEqual(list(client.list("cmp_b")), [])

    def test_K4_a_row_under_another_key_id_is_never_served(self):
        self.edit("UPDATE secrets SET key_id = zeroblob(16) WHERE subject_id = 'github'")
        self.assertIn("00" * 16, self.daemon.line("key_missing"))
        with self.daemon.connect() as client:
            with self.assertRaises(coffer.Error) as raised:
                client.fetch("cmp_a", "github")
            self.assertEqual(raised.exception.name, "key_unavailable")
        self.assert_whole("cmp_a", "slack", "value-of-slack")


if __name__ == "__main__":
    unittest.main()
