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
        self.writes, self.version = 0, 0
        self.lost = []  # what was found lost before the kill

    def run(self):
        try:
            with coffer.connect(self.path) as client:
                while True:
                    self.write(client)
        except coffer.Unavailable:
            pass  # killed
        except coffer.Error as error:
            self.lost.append(f"{self.company}: a write was refused: {error}")

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
            if done.version <= self.version:
                self.lost.append(f"{self.company}/{name}: version {done.version} after "
                                 f"{self.version}")
            self.version = done.version
        self.writes += 1
        self.pending = None
        if self.random.random() < 0.1 and found_at(client, self.company, name) != \
                self.acknowledged[name]:
            self.lost.append(f"{self.company}/{name}: an acknowledged write is not there")


def found_at(client, company, name):
    """(value, version) as the restarted daemon has it; (None, 0) if there is none."""
    try:
        secret = client.fetch(company, name)
        return secret.reveal(), secret.version
    except coffer.NotFound:
        return None, 0


def losses(client, company, state, pending):
    """What was acknowledged and is not there, and what is there and was not written. The write
    under way at the kill may be either way."""
    known = {name for name, (value, _) in state.items() if value is not None}
    strange = {one.integration for one in client.list(company)} - known - set((pending or ())[:1])
    lost = [f"{company}/{name}: there, though not written or deleted" for name in sorted(strange)]
    for name, expected in sorted(state.items()):
        found = found_at(client, company, name)
        maybe = (pending is not None and pending[0] == name and found[0] == pending[1] and
                 (found[1] > expected[1] or found[0] is None))
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
                lost += writer.lost + losses(client, writer.company, state, writer.pending)
                if writer.pending:
                    state[writer.pending[0]] = found_at(client, writer.company, writer.pending[0])
        return lost
