"""Load through failovers: what was acknowledged, what was read, how long writes were refused."""

import threading
import time

import coffer
from hosts import COMPANY


class Load:
    """Writers that know what they were told, and readers of what is cached. `failures` is empty if
    nothing went wrong."""

    def __init__(self, writing, reading, names=("slack", "github", "stripe")):
        self.writing, self.reading, self.names = writing, reading, names
        self.acknowledged = {name: (0, None) for name in names}  # (version, value)
        self.told = {}       # (name, version): value, by an acknowledgement or as it was read
        self.uncertain = {}  # name: values that may have been written
        self.failures, self.fetches, self.writes = [], 0, 0
        self.last_write = 0.0
        self._stop, self._threads, self._lock = threading.Event(), [], threading.Lock()

    def __enter__(self):
        with self.writing.connect() as client:
            for name in self.names:
                self._write(client, name)
        with self.reading.connect() as client:
            client.set(COMPANY, "steady", "never changed", replace=True)
            client.fetch(COMPANY, "steady")
        for what in (self._keep_writing, self._keep_reading, self._keep_fetching):
            thread = threading.Thread(target=self._guarded, args=(what,))
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _guarded(self, what):
        try:
            what()
        except Exception as error:  # of a thread: it must not be lost
            self.failures.append(f"{what.__name__}: {error!r}")

    def _write(self, client, name):
        value = f"{name} {time.monotonic_ns()}"
        try:
            done = client.set(COMPANY, name, value, replace=True)
        except coffer.StoreUnavailable:
            return
        except coffer.OutcomeUnknown:
            with self._lock:
                self.uncertain.setdefault(name, []).append(value)
            return
        with self._lock:
            self.acknowledged[name] = (done.version, value)
            self._tell(name, done.version, value)
            self.uncertain.pop(name, None)
        self.writes += 1
        self.last_write = time.monotonic()

    def _tell(self, name, version, value):
        before = self.told.setdefault((name, version), value)
        if before != value:
            self.failures.append(f"{name} version {version} is {value!r} and was {before!r}")

    def _keep_writing(self):
        with self.writing.connect() as client:
            while not self._stop.is_set():
                for name in self.names:
                    self._write(client, name)

    def _keep_reading(self):
        """What changes all the time: it may be missing for a moment, but is never wrong."""
        newest = dict.fromkeys(self.names, 0)
        with self.reading.connect() as client:
            while not self._stop.is_set():
                for name in self.names:
                    try:
                        found = client.fetch(COMPANY, name)
                    except coffer.StoreUnavailable:
                        continue
                    if found.version < newest[name]:
                        self.failures.append(f"{name}: {found.version} after {newest[name]}")
                    newest[name] = found.version
                    with self._lock:
                        self._tell(name, found.version, found.reveal())

    def _keep_fetching(self):
        """What is cached and does not change: it never fails."""
        with self.reading.connect() as client:
            while not self._stop.is_set():
                if client.fetch(COMPANY, "steady").reveal() != "never changed":
                    self.failures.append("steady has another value")
                self.fetches += 1

    def await_write(self, after, seconds=120):
        """Waits until a write that began after a moment is acknowledged; when that was."""
        deadline = time.monotonic() + seconds
        while self.last_write <= after:
            if time.monotonic() > deadline or self.failures:
                raise AssertionError(f"no write for {seconds} s; {self.failures}")
            time.sleep(0.005)
        return self.last_write

    @staticmethod
    def _newest(client, name, version):
        """What is served once a version, or a newer one, is there; else what is in the end."""
        deadline = time.monotonic() + 10
        while (found := client.fetch(COMPANY, name)).version < version:
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)
        return found

    def check(self, client):
        """After the load: nothing that was acknowledged is lost, on any host. A host that did not
        write it may serve the version before, until its follower has read of the change."""
        assert not self.failures, self.failures[:5]
        for name, (version, value) in self.acknowledged.items():
            found = self._newest(client, name, version)
            kept = found.reveal()
            good = (found.version, kept) == (version, value) or (
                found.version > version and kept in self.uncertain.get(name, []))
            assert good, f"{name}: {version} {value!r} was acknowledged, there is" \
                         f" {found.version} {kept!r}"
