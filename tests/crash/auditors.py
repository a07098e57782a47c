"""The trail is read, shipped and verified while it is written (P4)."""

from client import Client


class Auditor(Client):
    """Reads the trail while it is written, so that it is shipped meanwhile: what was shown once
    must be shown like that ever after."""

    def __init__(self, path, seed):
        super().__init__(path, "auditor", seed)
        self.last, self.shown = 0, {}  # of this storm, by sequence

    def step(self, client):
        for record in client.audit(after=self.last, limit=600):
            self.shown[record.sequence], self.last = record, record.sequence
        if self.random.random() < 0.2:
            check_chains(client, self.complain)

    def compare(self, records):
        """`records`: all since the storm began."""
        found = {record.sequence: record for record in records}
        for sequence, record in self.shown.items():
            if found.get(sequence) != record:
                self.complain(f"record {sequence} was shown, and is gone or altered")
        self.shown = {}


def check_chains(client, complain):
    """Whether the whole trail is intact; how many records it has."""
    chains = client.audit_verify()
    for chain in chains:
        if not chain.intact:
            complain(f"the trail is broken: {chain.where}")
    return sum(chain.records for chain in chains)

