"""What the daemon tells, but values. Times are ms since the epoch, UTC."""

from typing import List, NamedTuple, Optional


class Integration(NamedTuple):
    """What is known of an integration, but its value."""

    integration: str
    provider: str
    label: str
    status: str
    scopes: str
    version: int
    created_at: int
    rotated_at: int
    last_used_at: Optional[int] = None
    expires_at: Optional[int] = None
    last_error: Optional[str] = None


class Run(NamedTuple):
    """A run: it sees the versions up to `epoch` until it ends, at the latest at `ends_at`."""

    run: str
    agent: str
    epoch: int
    began_at: int
    ends_at: int


class Authority(NamedTuple):
    """What a narrowed connection is for, until `ends_at` at the latest."""

    company: str
    agent: str
    run: str
    ends_at: int


class Grant(NamedTuple):
    """What one rule of the policy gives a connection. Names are separated by spaces; None restricts
    nothing."""

    rule: str
    roles: str
    rights: str
    companies: Optional[str] = None
    integrations: Optional[str] = None
    agents: Optional[str] = None


class Identity(NamedTuple):
    """What a connection is, and may do. `company`, `agent`, `run` and `ends_at` are None unless it
    is narrowed."""

    uid: int
    grants: List[Grant]
    unit: Optional[str] = None
    company: Optional[str] = None
    agent: Optional[str] = None
    run: Optional[str] = None
    ends_at: Optional[int] = None


class Token(NamedTuple):
    """What is known of an agent's token, but its secret; `kid` names it."""

    kid: str
    agent: str
    scopes: str
    version: int
    issued_at: int
    expires_at: Optional[int] = None
    revoked_at: Optional[int] = None
    last_used_at: Optional[int] = None


class ValidToken(NamedTuple):
    """A token that was found good, and all the scopes that it grants."""

    kid: str
    scopes: str
    expires_at: Optional[int] = None
    freshness: str = "fresh"  # or "stale": a revocation elsewhere may not be known
    age: Optional[int] = None  # ms, with "stale"


class Host(NamedTuple):
    """A daemon that uses the store, as its last heartbeat told, `seen_ago` ms ago. `keys`: the ids
    of its master keys, separated by spaces; `lag`: ms that it was behind the store;
    `clock_ahead`, `clock_behind`: ms that its clock was off the store's, None where it was not."""

    host: str
    name: str
    version: str
    keys: str
    started_at: int
    seen_ago: int
    lag: int
    clock_ahead: Optional[int] = None
    clock_behind: Optional[int] = None


class AuditEntry(NamedTuple):
    """One audited request. `outcome`: done, begun, or the name of an error. `subject`: the
    integration, or the token's kid."""

    sequence: int
    at: int
    uid: int
    pid: int
    operation: str
    outcome: str
    rule: str
    company: Optional[str] = None
    subject: Optional[str] = None
    agent: Optional[str] = None
    run: Optional[str] = None
    version: Optional[int] = None


class AuditChain(NamedTuple):
    """The check of one host's chain; `where` says what broke, and between which sequences.
    `missing` records stand in holes that the chain states: a store lost them when it went back."""

    chain: str
    records: int
    first: int
    last: int
    intact: bool
    where: Optional[str] = None
    missing: Optional[int] = None
    holes: Optional[str] = None


class Verdict(NamedTuple):
    """What one rule of the policy says."""

    rule: str
    grants: bool
    reason: str


class Explanation(NamedTuple):
    """Whether a caller may, and what each rule says to it, in their order."""

    allowed: bool
    verdicts: List[Verdict]
