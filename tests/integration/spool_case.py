"""What the tests of the audit spool share."""

import contextlib
import os
import subprocess
import tempfile
import unittest

import coffer
from daemon import Daemon
from raw_peer import RawPeer, request

MIB = 1 << 20
SEGMENT = 16 * MIB
USER = 12345
AS_USER = ("setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups")

# Names of full length, so that the spool fills soon.
COMPANY, AGENT, RUN = "cmp_" + "c" * 124, "agt_" + "a" * 124, "run_" + "r" * 124
INTEGRATION = "slack_" + "s" * 122
RECORD_SIZE = 2 + 19 + 5 + len("owner") + 4 * 128
BATCH = 64


class Flooded(unittest.TestCase):
    """A daemon, a value in its cache, and fetches of it, of which each fills half a kilobyte."""

    def start(self, config="", home_owner=None, wrapper=()):
        self.daemon = Daemon(start=False, wrapper=wrapper, config=(
            f"{config}\n[limits]\nrequests_per_second_max = 100000000\n"))
        self.addCleanup(self.daemon.close)
        if home_owner is not None:
            for path in (self.daemon.home, *self.daemon.home.rglob("*")):
                os.chown(path, home_owner, home_owner)
        self.daemon.start("--create-key")
        with self.daemon.connect() as client:
            client.set(COMPANY, INTEGRATION, "xoxb-first")
            client.run_begin(COMPANY, RUN, AGENT)
            client.fetch(COMPANY, INTEGRATION, RUN)
            client.token_issue(COMPANY, AGENT, "memory:read")
            self.token = client.token_fetch(COMPANY, AGENT)
            client.token_validate(self.token, COMPANY, AGENT)
        self.records = 9

    @property
    def folder(self):
        return self.daemon.instance / "audit"

    def files(self):
        return sorted(path.name for path in self.folder.glob("*.spool"))

    def flood(self, bytes_max):
        """Fetches until so much was recorded, or until one is refused, which it returns then."""
        frame = bytearray(request("integration_fetch", company=COMPANY, integration=INTEGRATION,
                                  run=RUN))
        with RawPeer(self.daemon.socket) as peer:
            for _ in range(0, bytes_max, BATCH * RECORD_SIZE):
                peer.send(frame * BATCH)
                answers = [peer.error_or_reply() for _ in range(BATCH)]
                self.records += answers.count("reply")
                refused = set(answers) - {"reply"}
                if refused:
                    self.assertEqual(len(refused), 1)
                    return refused.pop()
        return None

    def assert_closed(self):
        """Nothing is fetched or changed; what needs no record goes on."""
        with self.daemon.connect(timeout=60) as client:  # the store may keep a worker waiting
            for refused in (
                    lambda: client.fetch(COMPANY, INTEGRATION),
                    lambda: client.fetch(COMPANY, INTEGRATION, RUN),
                    lambda: client.set(COMPANY, "new", "xoxb-new"),
                    lambda: client.rotate(COMPANY, INTEGRATION, "xoxb-second"),
                    lambda: client.delete(COMPANY, INTEGRATION),
                    lambda: client.run_begin(COMPANY, "run_2", AGENT),
                    lambda: client.run_end(COMPANY, RUN),
                    lambda: client.ticket_issue(COMPANY, RUN),
                    lambda: client.token_issue(COMPANY, "agt_2", "memory:read"),
                    lambda: client.token_rotate(COMPANY, AGENT),
                    lambda: client.token_revoke(COMPANY, AGENT),
                    lambda: client.token_fetch(COMPANY, AGENT),
                    lambda: client.token_validate(self.token, COMPANY, AGENT)):
                with self.assertRaises(coffer.AuditUnavailable) as raised:
                    refused()
                self.assertNotIn("xoxb", str(raised.exception))
            client.ping()
            self.assertEqual(client.status()["store"], "sqlite")
            self.assertRaises(coffer.AuditUnavailable, client.narrow, COMPANY, RUN)

    def assert_unchanged(self):
        """After room was made: what was refused has not happened."""
        with self.daemon.connect() as client:
            self.assertEqual([(one.integration, one.version) for one in client.list(COMPANY)],
                             [(INTEGRATION, 1)])
            self.assertEqual([one.run for one in client.runs(COMPANY)], [RUN])
            self.assertEqual([(one.kid, one.revoked_at) for one in client.tokens(COMPANY)],
                             [(self.token.kid, None)])

    def fetched(self):
        """Whether a fetch is answered."""
        with self.daemon.connect() as client:
            try:
                client.fetch(COMPANY, INTEGRATION, RUN)
            except coffer.AuditUnavailable:
                return False
        self.records += 1
        return True

    def assert_open(self):
        """Everything works, and every answer is on record, no more and no less."""
        with self.daemon.connect(timeout=60) as client:
            self.assertEqual(client.rotate(COMPANY, INTEGRATION, "xoxb-second").version, 3)
            self.records += 2
            self.assertEqual(client.fetch(COMPANY, INTEGRATION, RUN).reveal(), "xoxb-first")
            self.records += 1
            chains = client.audit_verify()
        self.assertEqual([(chain.where, chain.records) for chain in chains],
                         [(None, self.records)])

    def assert_advised(self, event, *words):
        """The log says what to do."""
        line = self.daemon.line(" error ", event)
        for word in (*words, "action="):
            self.assertIn(word, line)
        self.assertNotIn("xoxb", self.daemon.log())


@contextlib.contextmanager
def temporary_folder():
    """Like tempfile's, which would also remove what is mounted there."""
    folder = tempfile.mkdtemp(prefix="coffer-spool-")
    try:
        yield folder
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", folder], check=False)
