"""Kill storms: writers note what was acknowledged, and after a kill all of it must be there."""

import random
import threading

import coffer

WRITERS, INTEGRATIONS = 4, 6


class Writer(threading.Thread):
    """Writes its own company until the daemon dies; `acknowledged` is what it was told."""

    def __init__(self, path, number, serial):
        super().__init__()
        self.path, self.company, self.serial = path, f"cmp_{number}", serial
        self.random = random.Random(f"{number}/{serial}")
        self.acknowledged = {}  # integration -> (value or None if deleted, version)
        self.pending = None  # integration and value of the write that was not answered
        self.writes = 0

    def run(self):
        try:
            with coffer.connect(self.path) as client:
                while True:
                    self.write(client)
        except coffer.Unavailable:
            pass  # killed

    def write(self, client):
        """One write; noted as acknowledged once the call returns."""
        name = f"i{self.random.randrange(INTEGRATIONS)}"
        self.serial += 1
        value = f"{self.company} {name} {self.serial} " + "v" * self.random.randrange(2000)
        if self.random.random() < 0.1:
            self.pending = (name, None)
            try:
                client.delete(self.company, name)
            except coffer.NotFound:
                pass
            self.acknowledged[name] = (None, 0)
        else:
            self.pending = (name, value)
            done = client.set(self.company, name, value, replace=True)
            self.acknowledged[name] = (value, done.version)
        self.writes += 1
        self.pending = None


def found_at(client, company, name):
    """(value, version) as the restarted daemon has it; (None, 0) if there is none."""
    try:
        secret = client.fetch(company, name)
        return secret.reveal(), secret.version
    except coffer.NotFound:
        return None, 0


def losses(client, company, state, pending):
    """What was acknowledged and is not there. The write under way at the kill may be either way."""
    lost = []
    for name, expected in sorted(state.items()):
        found = found_at(client, company, name)
        maybe = pending is not None and pending[0] == name and found[0] == pending[1]
        if found != expected and not maybe:
            lost.append(f"{company}/{name}: acknowledged version {expected[1]}, found {found[1]}")
    return lost


class Storm:
    """Rounds of writing and killing on one daemon."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.state = {f"cmp_{i}": {} for i in range(WRITERS)}
        self.serial, self.writes = 0, 0

    def round(self, seconds):
        """Writes for a while, kills in the middle of it, restarts; a list of losses."""
        writers = [Writer(self.daemon.socket, i, self.serial) for i in range(WRITERS)]
        for writer in writers:
            writer.start()
        threading.Event().wait(seconds)  # the moment of the kill is what is random here
        self.daemon.kill()
        for writer in writers:
            writer.join()
        self.serial += 100_000
        self.daemon.start()
        return self.check(writers)

    def check(self, writers):
        lost = []
        with self.daemon.connect() as client:
            for writer in writers:
                self.writes += writer.writes
                state = self.state[writer.company]
                state.update(writer.acknowledged)
                lost += losses(client, writer.company, state, writer.pending)
                if writer.pending:
                    state[writer.pending[0]] = found_at(client, writer.company, writer.pending[0])
        return lost
