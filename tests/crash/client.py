"""What all clients of a storm have in common."""

import random
from collections import Counter

import coffer
from journal import Asked, Journal

EXPECTED = (coffer.NotFound, coffer.RunEnded, coffer.TokenRefused)  # they are answers, too


class Client:
    """One client over all kills, with a company of its own, so that its records are told apart."""

    def __init__(self, path, company, seed):
        self.path, self.company = path, company
        self.random = random.Random(f"{seed}/{company}")
        self.journal = Journal()
        self.answers = Counter()  # by operation
        self.lost = []

    def storm(self):
        """Asks until the daemon is killed. Runs on a thread of its own."""
        try:
            with coffer.connect(self.path) as client:
                while True:
                    self.step(client)
        except coffer.Unavailable:
            pass  # killed
        except Exception as error:  # whatever it is, it must not go by unseen on a thread
            self.complain(f"failed: {error!r}")

    def prepare(self, client):
        """Makes what it needs, once; the records of it are not looked at."""

    def step(self, client):
        """Asks one thing, and checks the answer."""
        raise NotImplementedError

    def recover(self, client):
        """Checks after a restart that all is there, and learns what came of the request that the
        kill left unanswered."""

    def take_losses(self, found):
        """Everything that was found lost since it was called last, as lines. `found`: the records
        of its company since."""
        lost, self.lost = self.lost + self.journal.take_losses(found), []
        return [f"{self.company[:13]}: {line}" for line in lost]

    def complain(self, line):
        """Notes something that was lost."""
        self.lost.append(line)

    def found_done(self, what):
        """A change that got no answer turned out to be made: it must not be without a trace."""
        if not self.journal.begun:
            self.complain(f"{what}: made, and not on record")

    def ask(self, call, operation, *, new_subject=False, version=None, **names):
        """Asks, with an entry in the journal; None when the answer was one of EXPECTED.
        `version`: what an answer that does not tell it is about."""
        self.journal.asks(Asked(operation, **names))
        try:
            reply = call()
        except EXPECTED as error:
            self.answers[operation] += 1
            self.journal.hears(error.name)
            return None
        self.answers[operation] += 1
        told = {"version": getattr(reply, "version", version)}
        if new_subject:
            told["subject"] = reply.kid
        self.journal.hears("done", **told)
        return reply

    def fetched(self, client, name, run=None, agent=None):
        """(value, version) of an integration; (None, 0) if there is none."""
        secret = self.ask(lambda: client.fetch(self.company, name, run), "integration_fetch",
                          subject=name, run=run, agent=agent)
        return (secret.reveal(), secret.version) if secret else (None, 0)
