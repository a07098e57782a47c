"""Integrations are set, replaced and deleted."""

from client import Client

INTEGRATIONS = 6


class Writer(Client):
    """Notes what was acknowledged, and after a kill all of it must be there."""

    def __init__(self, *args):
        super().__init__(*args)
        self.acknowledged = {}  # integration -> (value, version); (None, 0): deleted
        self.pending = None  # integration and value of the write that was not answered
        self.serial = self.version = 0

    def step(self, client):
        name = f"i{self.random.randrange(INTEGRATIONS)}"
        if self.random.random() < 0.1:
            self.delete(client, name)
        else:
            self.set(client, name)
        if self.random.random() < 0.1 and \
                self.fetched(client, name) != self.acknowledged[name]:
            self.complain(f"{name}: an acknowledged write is not there")

    def delete(self, client, name):
        self.pending = (name, None)
        self.ask(lambda: client.delete(self.company, name), "integration_delete", subject=name)
        self.acknowledged[name], self.pending = (None, 0), None

    def set(self, client, name):
        self.serial += 1
        value = f"{self.company} {name} {self.serial} " + "v" * self.random.randrange(2000)
        self.pending = (name, value)
        done = self.ask(lambda: client.set(self.company, name, value, replace=True),
                        "integration_set", subject=name)
        if done.version <= self.version:
            self.complain(f"{name}: version {done.version} after {self.version}")
        self.version = done.version
        self.acknowledged[name], self.pending = (value, done.version), None

    def recover(self, client):
        known = {name for name, (value, _) in self.acknowledged.items() if value is not None}
        unheard, self.pending = self.pending or (None, None), None
        for one in client.list(self.company):
            if one.integration not in known and one.integration != unheard[0]:
                self.complain(f"{one.integration}: there, though not written or deleted")
        for name in sorted(self.acknowledged.keys() | {unheard[0]} - {None}):
            expected, found = self.acknowledged.get(name, (None, 0)), self.fetched(client, name)
            done = name == unheard[0] and found[0] == unheard[1] and \
                (found[0] is None or found[1] > expected[1])
            if found != expected and done:
                self.found_done(name)
            elif found != expected:
                self.complain(f"{name}: acknowledged version {expected[1]}, found {found[1]}")
            self.acknowledged[name] = found
