"""Agents' tokens are issued, rotated, revoked and validated (A1–A3)."""

import coffer
from client import Client

AGENTS = ("agt_1", "agt_2", "agt_3")
OVERLAP = 24 * 3600 * 1000  # ms: longer than any storm
WEIGHTS = {"rotate": 14, "rotate_with_overlap": 10, "revoke_one": 8, "revoke_all": 6,
           "fetch": 12, "validate_live": 30, "validate_dead": 20}
OLDER_CHECKED = 6


class TokenKeeper(Client):
    """Models each agent's tokens: which are good, and which must never be again."""

    def __init__(self, *args):
        super().__init__(*args)
        self.live = {agent: {} for agent in AGENTS}  # kid -> value, the newest last
        self.dead = {agent: {} for agent in AGENTS}
        self.versions = {}  # of all tokens, by their kids
        self.unheard = None  # (what, agent, kid) of the change that was not answered

    def step(self, client):
        agent = self.random.choice(AGENTS)
        if self.live[agent]:
            doing = self.random.choices(list(WEIGHTS), WEIGHTS.values())[0]
            getattr(self, doing)(client, agent)
        else:
            self.issue(client, agent)

    def issue(self, client, agent):
        self.replace(client, agent, "issue", "token_issue",
                     lambda: client.token_issue(self.company, agent, "memory:read"))

    def rotate(self, client, agent):
        self.replace(client, agent, "issue", "token_rotate",
                     lambda: client.token_rotate(self.company, agent))

    def rotate_with_overlap(self, client, agent):
        self.replace(client, agent, "overlap", "token_rotate",
                     lambda: client.token_rotate(self.company, agent, overlap=OVERLAP))

    def replace(self, client, agent, what, operation, call):
        self.unheard = (what, agent, None)
        token = self.ask(call, operation, agent=agent, new_subject=True)
        self.versions[token.kid] = token.version
        self.heard(token.kid)
        self.fetch(client, agent)

    def revoke_one(self, client, agent):
        self.revoke(client, agent, self.random.choice(list(self.live[agent])))

    def revoke_all(self, client, agent):
        self.revoke(client, agent, None)

    def revoke(self, client, agent, kid):
        self.unheard = ("revoke", agent, kid)
        expected = 1 if kid else len(self.live[agent])
        revoked = self.ask(lambda: client.token_revoke(self.company, agent, kid), "token_revoke",
                           agent=agent, subject=kid)
        if revoked != expected:
            self.complain(f"{agent}: {revoked} tokens revoked, not {expected}")
        self.heard(kid)

    def heard(self, kid):
        """What was asked is done."""
        (what, agent, _), self.unheard = self.unheard, None
        live, dead = self.live[agent], self.dead[agent]
        for gone in {"overlap": [], "issue": list(live)}.get(what, [kid] if kid else list(live)):
            dead[gone] = live.pop(gone)
        if what != "revoke":
            live[kid] = None  # its value is fetched next

    def fetch(self, client, agent):
        """The newest live token, whose value is learnt; None if there is none."""
        newest = next(reversed(self.live[agent]), None)
        secret = self.fetched_token(client, agent)
        if (secret and secret.kid) != newest:
            self.complain(f"{agent}: the newest token is {secret and secret.kid}, not {newest}")
        elif secret:
            self.live[agent][newest] = secret.reveal()

    def fetched_token(self, client, agent):
        return self.ask(lambda: client.token_fetch(self.company, agent), "token_fetch",
                        agent=agent, new_subject=True)

    def validate_live(self, client, agent):
        self.judge(client, agent, self.random.choice(list(self.live[agent])), good=True)

    def validate_dead(self, client, agent):
        if self.dead[agent]:
            self.judge(client, agent, self.random.choice(list(self.dead[agent])), good=False)

    def judge(self, client, agent, kid, good):
        value = self.live[agent].get(kid) or self.dead[agent].get(kid)
        if value is None:
            return  # killed before its value was fetched, and replaced since
        if self.good(client, agent, kid, value) != good:
            self.complain(f"{agent}: token {kid} is {'refused' if good else 'good again'}")

    def good(self, client, agent, kid, value):
        valid = self.ask(lambda: self.validated(client, agent, kid, value), "token_validate",
                         agent=agent, subject=kid, version=self.versions[kid])
        return valid is not None

    def validated(self, client, agent, kid, value):
        try:
            return client.token_validate(value, self.company, agent)
        except coffer.TokenRefused as error:
            if not isinstance(error, coffer.TokenRevoked):
                self.complain(f"{agent}: token {kid} is refused as {error.name}")
            raise

    def recover(self, client):
        if self.unheard:
            self.resolve(client)
        for agent in AGENTS:
            self.fetch(client, agent)
            for kid in self.live[agent]:
                self.judge(client, agent, kid, good=True)
            gone = list(self.dead[agent])
            older = self.random.sample(gone[:-OLDER_CHECKED], min(2, len(gone[:-OLDER_CHECKED])))
            for kid in gone[-OLDER_CHECKED:] + older:
                self.judge(client, agent, kid, good=False)

    def resolve(self, client):
        """Whether the change that was not answered is done, and if so wholly."""
        what, agent, kid = self.unheard
        newest = self.fetched_token(client, agent)
        if what != "revoke":
            done = newest is not None and newest.kid not in self.live[agent]
            if done:
                self.versions[newest.kid] = newest.version
                kid = newest.kid
        elif kid is None:
            done = newest is None
        else:
            done = not self.good(client, agent, kid, self.live[agent][kid])
        if done:
            self.found_done(agent)
            self.heard(kid)
        self.unheard = None
