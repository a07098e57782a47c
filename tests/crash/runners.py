"""Runs begin and end while what they see is rotated (R1, R2)."""

from client import Client

INTEGRATIONS = ("github", "slack", "stripe")
LIVE_MAX, ENDED_CHECKED = 4, 5
WEIGHTS = {"begin": 15, "end": 15, "rotate": 15, "cut": 3, "fetch": 10, "fetch_by_run": 32,
           "fetch_by_ended": 10}


class Runner(Client):
    """Models what each of its runs must see: a snapshot maps integrations to (value, version), or
    to None when that was cut, and the run sees whatever is current."""

    def __init__(self, *args):
        super().__init__(*args)
        self.current, self.live, self.ended = {}, {}, []
        self.serial = 0
        self.unheard = None  # applies the change that was not answered

    def prepare(self, client):
        for name in INTEGRATIONS:
            value = f"{self.company} {name} first"
            self.current[name] = (value, client.set(self.company, name, value).version)

    def step(self, client):
        doing = self.random.choices(list(WEIGHTS), WEIGHTS.values())[0]
        getattr(self, doing)(client)

    def agent_of(self, run):
        return f"agt_{run}"

    def begin(self, client):
        if len(self.live) >= LIVE_MAX:
            return self.end(client)
        self.serial += 1
        run = f"run_{self.serial}"
        self.unheard = ("begin", run)
        self.ask(lambda: client.run_begin(self.company, run, self.agent_of(run)), "run_begin",
                 run=run, agent=self.agent_of(run))
        return self.heard()

    def end(self, client):
        if not self.live:
            return
        run = self.random.choice(list(self.live))
        self.unheard = ("end", run)
        self.ask(lambda: client.run_end(self.company, run), "run_end", run=run,
                 agent=self.agent_of(run))
        self.heard()

    def cut(self, client):
        self.rotate(client, cut=True)

    def rotate(self, client, cut=False):
        name = self.random.choice(INTEGRATIONS)
        self.serial += 1
        value = f"{self.company} {name} {self.serial}"
        self.unheard = ("rotate", name, value, cut)
        done = self.ask(lambda: client.rotate(self.company, name, value, cut=cut),
                        "integration_rotate", subject=name)
        self.heard(done.version)

    def heard(self, version=0):
        """What was asked is done."""
        (what, name, *more), self.unheard = self.unheard, None
        if what == "begin":
            self.live[name] = dict(self.current)
        elif what == "end":
            del self.live[name]
            self.ended.append(name)
        else:
            value, cut = more
            self.current[name] = (value, version)
            for snapshot in self.live.values() if cut else ():
                snapshot[name] = None

    def fetch(self, client):
        self.see(client, self.random.choice(INTEGRATIONS))

    def fetch_by_run(self, client):
        if self.live:
            self.see(client, self.random.choice(INTEGRATIONS), self.random.choice(list(self.live)))

    def fetch_by_ended(self, client):
        if self.ended:
            self.see_end(client, self.random.choice(self.ended[-ENDED_CHECKED:]))

    def see(self, client, name, run=None):
        expected = self.current[name]
        if run:
            expected = self.live[run][name] or expected
        found = self.fetched(client, name, run, run and self.agent_of(run))
        if found != expected:
            self.complain(f"{run or 'without a run'}: {name} has version {found[1]}, "
                          f"not {expected[1]}")

    def see_end(self, client, run):
        if self.fetched(client, INTEGRATIONS[0], run) != (None, 0):
            self.complain(f"{run}: ended, and still sees a value")

    def recover(self, client):
        runs = {one.run for one in client.runs(self.company)}
        if self.unheard:
            self.resolve(client, runs)
        if runs != set(self.live):
            self.complain(f"live are {sorted(runs)}, not {sorted(self.live)}")
            return
        for name in INTEGRATIONS:
            for run in (None, *self.live):
                self.see(client, name, run)
        older = self.ended[:-ENDED_CHECKED]
        for run in self.ended[-ENDED_CHECKED:] + self.random.sample(older, min(2, len(older))):
            self.see_end(client, run)

    def resolve(self, client, runs):
        """Whether the change that was not answered is done, and if so wholly."""
        what, name, *_ = self.unheard
        if what == "rotate":
            found = self.fetched(client, name)
            if found != self.current[name] and found[0] == self.unheard[2]:
                self.found_done(name)
                self.heard(found[1])
        elif (name in runs) == (what == "begin"):
            self.found_done(name)
            self.heard()
        self.unheard = None
