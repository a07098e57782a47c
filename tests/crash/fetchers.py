"""Fetches and validations, many in one go: their records are sealed, and their replies sent,
batch by batch."""

from client import Client
from coffer import wire
from journal import Entry, Tally
from raw_peer import RawPeer, request

# Long names, so that the trail fills its files and moves on to the next.
INTEGRATIONS = tuple(f"{name}_{'x' * 100}" for name in ("github", "slack", "stripe"))
RUN, AGENT = "run_" + "y" * 100, "agt_" + "z" * 100
BATCH_MAX = 48


class Fetcher(Client):
    """All answers are known beforehand: nothing of its company changes once it is prepared. A
    narrowed one has a run's authority, and sees what its run keeps."""

    def __init__(self, path, company, seed, assassin, narrowed):
        super().__init__(path, company, seed)
        self.journal = Tally()
        self.assassin, self.narrowed = assassin, narrowed
        self.requests = []  # (frame, Entry, what the reply must say)
        self.next_id = 1

    def prepare(self, client):
        first, second = {}, {}
        for name in INTEGRATIONS:
            first[name] = client.set(self.company, name, f"{name} kept").version
        client.run_begin(self.company, RUN, AGENT)
        for name in INTEGRATIONS:
            second[name] = client.rotate(self.company, name, f"{name} new").version
            self.knows_fetch(name, None if self.narrowed else RUN, f"{name} kept", first[name])
            if not self.narrowed:
                self.knows_fetch(name, None, f"{name} new", second[name])
        if not self.narrowed:
            self.knows_validate(client)

    def knows_fetch(self, name, run, value, version):
        pinned = self.narrowed or run is not None
        entry = Entry("integration_fetch", "done", name, AGENT if pinned else None,
                      RUN if pinned else None, version)
        said = {"value": value.encode(), "version": version,
                "freshness": "pinned" if pinned else "fresh"}
        frame = bytearray(request("integration_fetch", company=self.company, integration=name,
                                  run=run))
        self.requests.append((frame, entry, said))

    def knows_validate(self, client):
        token = client.token_issue(self.company, AGENT, "memory:read")
        value = client.token_fetch(self.company, AGENT).reveal()
        frame = bytearray(request("token_validate", token=value.encode(), company=self.company,
                                  agent=AGENT))
        entry = Entry("token_validate", "done", token.kid, AGENT, None, token.version)
        self.requests.append((frame, entry, {"kid": token.kid, "scopes": "memory:read"}))

    def storm(self):
        try:
            with RawPeer(self.path) as peer:
                if self.narrowed:
                    self.narrow(peer)
                while self.batch(peer):
                    pass
        except (BrokenPipeError, ConnectionRefusedError, ConnectionResetError):
            pass  # killed
        except Exception as error:  # whatever it is, it must not go by unseen on a thread
            self.complain(f"failed: {error!r}")

    def narrow(self, peer):
        frame = bytearray(request("narrow", company=self.company, run=RUN))
        self.send(peer, [(frame, Entry("narrow", "done", None, AGENT, RUN), {"run": RUN})])
        self.hear(peer)

    def batch(self, peer):
        """Sends many requests with one call, and hears all answers; False at the end."""
        count = self.random.randint(1, BATCH_MAX)
        self.send(peer, self.random.choices(self.requests, k=count))
        for _ in range(count):
            if not self.hear(peer):
                return False
        return True

    def send(self, peer, requests):
        data = bytearray()
        for frame, entry, said in requests:
            wire.set_request_id(frame, self.next_id)
            data += frame
            self.journal.asks(self.next_id, entry, said)
            self.next_id += 1
        try:
            peer.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # killed; answers may have come, and must be heard

    def hear(self, peer):
        """Takes one answer; False if there are no more."""
        frame = peer.receive()
        if frame is None:
            return False
        self.assassin.strike()
        opcode, flags, request_id, fields = frame
        entry, said = self.journal.hears(request_id)
        self.answers[entry.operation] += 1
        if opcode != wire.OPERATIONS[entry.operation][0] or flags & wire.FLAG_ERROR:
            self.complain(f"{entry}: the answer is {frame[:2]}")
        elif not self.says(entry.operation, fields, said):
            self.complain(f"{entry}: the answer says otherwise")
        return True

    @staticmethod
    def says(operation, fields, said):
        reply = wire.decode_fields(wire.OPERATIONS[operation][3], fields)
        return all(reply[name] == value for name, value in said.items())

