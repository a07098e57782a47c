"""What the tests of the audit trail share."""

import pathlib
import subprocess
import sys
import unittest

import coffer
from daemon import Daemon, clean_environment

OBSERVER = 12345

# Runs as the observer: all that it is shown, page by page and in both directions.
OBSERVE = """
import sys
import coffer

with coffer.connect(sys.argv[1]) as c:
    for options in ({"after": 0}, {"before": None}, {"company": "cmp_a", "after": 0}):
        print(" ".join(str(one.sequence) for one in c.audit(**options)))
    for attempt in (lambda: list(c.audit("cmp_b")), c.audit_verify,
                    lambda: c.fetch("cmp_a", "slack")):
        try:
            print("answered", attempt())
        except coffer.Error as error:
            print(error.name)
"""


def facts(record):
    """A record without its number, its time and the process."""
    return (record.operation, record.outcome, record.company, record.subject, record.agent,
            record.run, record.version)


def change(operation, names, outcome="done", version=None, subject=None):
    """The two records of a change; `subject`: what only its end knows."""
    company, named, agent, run = names
    return [(operation, "begun", *names, None),
            (operation, outcome, company, subject or named, agent, run, version)]


class Audited(unittest.TestCase):
    """A daemon, and a client of its own user."""

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.client = self.daemon.connect()
        self.addCleanup(self.client.close)

    def on_record(self, call):
        """The records that a call leaves, whatever its answer."""
        last = next((one.sequence for one in self.client.audit(limit=1)), 0)
        try:
            call()
        except coffer.Error:
            pass
        return list(self.client.audit(after=last))

    def assert_leaves(self, expected, call):
        self.assertEqual([facts(one) for one in self.on_record(call)], expected)

    def assert_intact(self):
        chains = self.client.audit_verify()
        self.assertEqual([chain.where for chain in chains], [None])
        self.assertTrue(chains[0].intact)
        return chains[0]


def open_to_observer(test, companies):
    """A daemon with a policy for the observer, and records of two companies and of none."""
    daemon = Daemon("--socket-mode", "0666", start=False, home_mode=0o711)
    test.addCleanup(daemon.close)
    rule = f'[[rule]]\nname = "watch"\nusers = [{OBSERVER}]\nroles = ["observer"]\n'
    rule += f"companies = {companies}\n" if companies else ""
    policy = daemon.home / "policy.toml"
    policy.write_text(rule, encoding="utf-8")
    policy.chmod(0o644)
    daemon.start("--create-key", "--policy", policy)
    for folder in (daemon.home / "instances", daemon.instance):
        folder.chmod(0o711)
    with daemon.connect() as client:
        for company in ("cmp_a", "cmp_b", "cmp_a"):
            client.set(company, "slack", "xoxb-1", replace=True)
        try:
            client.ticket_redeem("ctkt_nobody")
        except coffer.InvalidTicket:
            pass
    return daemon


def run_as_observer(test, daemon):
    """What the observer was shown, line by line."""
    shim = pathlib.Path(coffer.__file__).parents[1]
    identity = ["--reuid", str(OBSERVER), "--regid", str(OBSERVER), "--clear-groups"]
    done = subprocess.run(
        ["setpriv", *identity, sys.executable, "-c", OBSERVE, daemon.socket],
        env=clean_environment(PYTHONPATH=shim, PYTHONDONTWRITEBYTECODE=1), text=True,
        capture_output=True, check=False)
    test.assertEqual(done.returncode, 0, done.stderr)
    return done.stdout.splitlines()
