"""The daemon's operations, a method each. Times are ms since the epoch, UTC; durations ms."""

from typing import Iterator, List, Optional

from .errors import InvalidField, TokenUnknown
from .fields import LIST_ENTRIES_MAX
from .frames import without_locals
from .records import (
    AuditChain, AuditEntry, Authority, Explanation, Grant, Host, Identity, Integration, Run, Token,
    ValidToken, Verdict,
)
from .secret import Hidden, Secret, Ticket
from .session import Session

_TOKEN_SIZE_MAX = 256  # bytes: more than any token has


class Client(Session):
    """A Session's operations. Each may raise Denied, Unavailable, Timeout, Overloaded,
    StoreUnavailable, AuditUnavailable and InvalidField, besides what it says, and UntrustedServer
    where a value goes in. That may be str, bytes or a Secret; it is sent, not kept."""

    def ping(self) -> None:
        """Asks for a sign of life."""
        self._ask("ping", {})

    def status(self) -> dict:
        """How the daemon is doing: memory mode, key id, connections … as a dict."""
        return self._ask("status", {})

    def whoami(self) -> Identity:
        """What this connection is, and what it may do; never a value. A narrowed client may ask,
        too."""
        said = self._ask("whoami", {})
        return Identity(**{**said, "grants": [Grant(**grant) for grant in said["grants"]]})

    def companies(self) -> Iterator[str]:
        """The ids of all companies that the caller may see, in order."""
        return self._pages("company_list", {}, "companies", lambda company: company)

    def hosts(self) -> Iterator[Host]:
        """All daemons that use the store, in order of their ids."""
        return self._pages("host_list", {}, "hosts", Host)

    # Integrations

    @without_locals
    def fetch(self, company: str, integration: str, run: Optional[str] = None) -> Secret:
        """The value of an integration credential: the version that `run` keeps, that of the run
        that the client is narrowed to, or else the current one. Raises NotFound, RunEnded,
        Tampered …"""
        return self._ask("integration_fetch",
                         {"company": company, "integration": integration, "run": run},
                         Secret._from_reply)

    @without_locals
    def set(self, company: str, integration: str, value, *, provider: Optional[str] = None,
            label: Optional[str] = None, scopes: Optional[str] = None,
            expires_at: Optional[int] = None, replace: bool = False) -> Integration:
        """Connects an integration by a pasted key. Raises AlreadyExists unless `replace`."""
        return Integration(**self._ask("integration_set", {
            "company": company, "integration": integration, "value": _bytes(value),
            "provider": provider, "label": label, "scopes": scopes, "expires_at": expires_at,
            "replace": replace or None}))

    @without_locals
    def rotate(self, company: str, integration: str, value, *, expires_at: Optional[int] = None,
               if_version: Optional[int] = None, cut: bool = False) -> Integration:
        """Swaps the value in one step. Runs keep the old one, unless it is `cut`: then they fall
        forward. Raises NotFound, VersionConflict."""
        return Integration(**self._ask("integration_rotate", {
            "company": company, "integration": integration, "value": _bytes(value),
            "expires_at": expires_at, "if_version": if_version, "cut": cut or None}))

    def show(self, company: str, integration: str) -> Integration:
        """What is known of an integration, but its value. Raises NotFound."""
        return Integration(**self._ask("integration_show",
                                       {"company": company, "integration": integration}))

    def list(self, company: str) -> Iterator[Integration]:
        """All integrations of a company, in order of their ids; asks for a page at a time."""
        return self._pages("integration_list", {"company": company}, "integrations", Integration)

    def delete(self, company: str, integration: str, *, if_version: Optional[int] = None) -> None:
        """Deletes an integration and wipes its value. Raises NotFound, VersionConflict."""
        self._ask("integration_delete", {"company": company, "integration": integration,
                                         "if_version": if_version})

    # Runs, and their authority

    def run_begin(self, company: str, run: str, agent: str,
                  time_limit: Optional[int] = None) -> Run:
        """Begins a run, which keeps the versions that are current now until it ends. `time_limit`
        is 1 ms to 30 days, 24 hours if None. Raises AlreadyExists."""
        return Run(**self._ask("run_begin", {"company": company, "run": run, "agent": agent,
                                             "time_limit": time_limit}))

    def run_end(self, company: str, run: str) -> None:
        """Ends a run; versions that it alone kept are deleted. Raises NotFound."""
        self._ask("run_end", {"company": company, "run": run})

    def runs(self, company: str) -> Iterator[Run]:
        """All live runs of a company, in order of their ids."""
        return self._pages("run_list", {"company": company}, "runs", Run)

    def narrow(self, company: str, run: str) -> Authority:
        """Narrows this client for good to what an adapter of that run may do. It then never
        connects anew; handover() gives it to a child. Raises NotFound, RunEnded."""
        return self._narrow("narrow", {"company": company, "run": run})

    @without_locals
    def ticket_issue(self, company: str, run: str, uid: Optional[int] = None,
                     lifetime: Optional[int] = None) -> Ticket:
        """A ticket by which a process of `uid` (None: this one's) may narrow a connection of its
        own to the run, once and within `lifetime` (1 to 300000 ms, 30000 if None). Raises NotFound,
        RunEnded."""
        return self._ask("ticket_issue", {"company": company, "run": run, "uid": uid,
                                          "lifetime": lifetime}, Ticket._from_reply)

    @without_locals
    def ticket_redeem(self, ticket) -> Authority:
        """Narrows this client as narrow() does, to the ticket's run. Raises InvalidTicket,
        RunEnded."""
        return self._narrow("ticket_redeem", {"ticket": _bytes(ticket)})

    # Agents' tokens

    def token_issue(self, company: str, agent: str, scopes: str, *,
                    expires_at: Optional[int] = None) -> Token:
        """Issues an agent's first token; its value comes by token_fetch(). `scopes` are separated
        by spaces, each may end in `*`. Raises AlreadyExists."""
        return Token(**self._ask("token_issue", {"company": company, "agent": agent,
                                                 "scopes": scopes, "expires_at": expires_at}))

    @without_locals
    def token_fetch(self, company: str, agent: str) -> Secret:
        """The value of an agent's newest live token. Raises NotFound, Tampered."""
        return self._ask("token_fetch", {"company": company, "agent": agent}, Secret._from_reply)

    def token_rotate(self, company: str, agent: str, *, overlap: Optional[int] = None,
                     expires_at: Optional[int] = None, scopes: Optional[str] = None) -> Token:
        """Replaces an agent's token. The old one stays good for `overlap` ms (none if None, up to
        7 days); `scopes` None: those of the old one. Raises NotFound."""
        return Token(**self._ask("token_rotate", {
            "company": company, "agent": agent, "overlap": overlap, "expires_at": expires_at,
            "scopes": scopes}))

    def token_revoke(self, company: str, agent: str, kid: Optional[str] = None) -> int:
        """Revokes one token of an agent, all of them if None; how many were live."""
        return self._ask("token_revoke", {"company": company, "agent": agent,
                                          "kid": kid})["revoked"]

    def tokens(self, company: str, agent: Optional[str] = None) -> Iterator[Token]:
        """All tokens of a company, or of one agent, in order of their kids."""
        return self._pages("token_list", {"company": company, "agent": agent}, "tokens", Token)

    @without_locals
    def token_validate(self, token, company: str, agent: str,
                       scope: Optional[str] = None) -> ValidToken:
        """Is the token good, that agent's, and does it grant the scope? Raises the TokenRefused
        that says why not: TokenUnknown, TokenExpired, TokenRevoked, WrongAgent, WrongCompany,
        MissingScope."""
        return ValidToken(**self._ask("token_validate", {
            "token": _presented(token), "company": company, "agent": agent, "scope": scope}))

    # Audit and policy

    def audit(self, company: Optional[str] = None, *, after: Optional[int] = None,
              before: Optional[int] = None, limit: Optional[int] = None,
              chain: Optional[str] = None) -> Iterator[AuditEntry]:
        """Audited requests: forward from sequence `after` (0: from the beginning), or else backward
        from `before` (None: from the end), `limit` of them at most. `chain`: another host's."""
        on = "before" if after is None else "after"
        place = {"after": after, "before": before}
        while limit is None or limit > 0:
            page = self._ask("audit_list", {
                "company": company, "chain": chain, **place,
                "limit": LIST_ENTRIES_MAX if limit is None else min(limit, LIST_ENTRIES_MAX)})
            yield from (AuditEntry(**record) for record in page["records"])
            if page.get("next") in (None, place[on]):
                return
            place[on] = page["next"]
            limit = None if limit is None else limit - len(page["records"])

    def audit_verify(self) -> List[AuditChain]:
        """Checks every chain of the audit trail."""
        return [AuditChain(**chain) for chain in self._ask("audit_verify", {})["chains"]]

    def policy_explain(self, uid: int, operation: str, *, unit: Optional[str] = None,
                       company: Optional[str] = None, integration: Optional[str] = None,
                       agent: Optional[str] = None) -> Explanation:
        """May a process of `uid`, in that systemd unit, ask this `operation` (by its name on the
        wire, like "integration_fetch")?"""
        said = self._ask("policy_explain", {
            "uid": uid, "unit": unit, "operation": operation, "company": company,
            "integration": integration, "agent": agent})
        return Explanation(said["allowed"], [Verdict(**one) for one in said["verdicts"]])

    def _pages(self, operation, request, records, kind):
        after = None
        while True:
            page = self._ask(operation, {**request, "after": after})
            yield from (kind(**record) for record in page[records])
            if page.get("next") in (None, after):
                return
            after = page["next"]  # not the last record: a page may be empty before the end


def _presented(token):
    """A token as bytes. What a stranger presents is never a wrong argument of this program's: when
    it cannot be a token, it is an unknown one."""
    shown = token.encode("utf-8", "surrogatepass") if isinstance(token, str) else _bytes(token)
    if isinstance(shown, (bytes, bytearray)) and not 1 <= len(shown) <= _TOKEN_SIZE_MAX:
        raise TokenUnknown("no token has this size; it is mistyped", 60, "token_unknown")
    return shown


def _bytes(value):
    if isinstance(value, Hidden):
        return value._value
    if not isinstance(value, str):
        return value
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        pass  # it holds the value, and must not be the context of what is raised
    raise InvalidField("value has characters that UTF-8 cannot encode: pass bytes")
