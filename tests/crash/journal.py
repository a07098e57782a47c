"""What must be on record (P4): what a client was answered, and what it was still waiting for."""

from collections import Counter
from typing import NamedTuple, Optional


class Asked(NamedTuple):
    """A request, by the names that its record holds."""

    operation: str
    subject: Optional[str] = None
    agent: Optional[str] = None
    run: Optional[str] = None


class Entry(NamedTuple):
    """A record, but for its number, its time and who asked."""

    operation: str
    outcome: str
    subject: Optional[str] = None
    agent: Optional[str] = None
    run: Optional[str] = None
    version: Optional[int] = None


CHANGES = frozenset(("integration_set", "integration_rotate", "integration_delete", "run_begin",
                     "run_end", "token_issue", "token_rotate", "token_revoke"))


def entry_of(record):
    """An audit record as an Entry."""
    return Entry(record.operation, record.outcome, record.subject, record.agent, record.run,
                 record.version)


def answered(asked, outcome, **more):
    """An answered request's Entry; `more` is what only the answer told."""
    return Entry(asked.operation, outcome, asked.subject, asked.agent, asked.run)._replace(**more)


def may_be_of(entry, asked):
    """Whether the record can be that of a request whose answer nobody heard."""
    told = asked.operation in ("token_issue", "token_rotate", "token_fetch")  # whose kid, that is
    return (entry.operation == asked.operation and entry.agent == asked.agent and
            entry.run == asked.run and (told or entry.subject == asked.subject))


class Journal:
    """That of a client which asks one thing after the other: its records have that order."""

    def __init__(self):
        self.entries, self.in_flight = [], None
        self.begun = False  # whether the request that got no answer is on record

    def asks(self, asked):
        """A request is about to be sent."""
        self.in_flight = asked

    def hears(self, outcome, **more):
        """It was answered."""
        asked, self.in_flight = self.in_flight, None
        if asked.operation in CHANGES:
            self.entries.append(answered(asked, "begun"))
        self.entries.append(answered(asked, outcome, **more))

    def take_losses(self, found):
        """What is wrong with the records found, as lines; begins anew."""
        expected, asked = self.entries, self.in_flight
        self.entries, self.in_flight, self.begun = [], None, False
        for place, entry in enumerate(expected):
            if place >= len(found):
                return [f"{len(expected) - place} answers have no record, the first: {entry}"]
            if found[place] != entry:
                return [f"on record is {found[place]} where the answer was {entry}"]
        rest = found[len(expected):]
        self.begun = bool(rest)
        return [] if _unheard(rest, asked) else [f"on record, and not asked: {rest}"]


def _unheard(rest, asked):
    """Whether the last records can be those of the request that got no answer."""
    if not rest or asked is None:
        return not rest
    if asked.operation in CHANGES:
        begun, *rest = rest
        if begun != answered(asked, "begun"):
            return False
    return len(rest) <= 1 and all(may_be_of(entry, asked) for entry in rest)


class Tally:
    """That of a client with many requests in flight, whose answers may overtake each other."""

    def __init__(self):
        self.heard, self.in_flight = Counter(), {}

    def asks(self, request_id, expected, said):
        """A request is about to be sent: its answer can only lead to this Entry, and must say
        that."""
        self.in_flight[request_id] = (expected, said)

    def hears(self, request_id):
        """It was answered; what was given to asks()."""
        expected, said = self.in_flight.pop(request_id)
        self.heard[expected] += 1
        return expected, said

    def take_losses(self, found):
        """What is wrong with the records found, as lines; begins anew."""
        found, heard = Counter(found), self.heard
        unheard = Counter(expected for expected, _ in self.in_flight.values())
        self.heard, self.in_flight = Counter(), {}
        lost = [f"{count} of {heard[entry]} answers have no record: {entry}"
                for entry, count in (heard - found).items()]
        more = found - heard - unheard
        return lost + [f"on record {count} times too often: {entry}"
                       for entry, count in more.items()]
