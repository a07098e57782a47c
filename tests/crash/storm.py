"""Kill storms: clients note what was acknowledged, and after a kill all of it must be there, with
its audit record."""

import os
import random
import re
import signal
import subprocess
import threading
from collections import Counter, defaultdict

from auditors import Auditor, check_chains
from daemon import SANITIZER_REPORTS
from fetchers import Fetcher
from journal import entry_of
from runners import Runner
from token_keepers import TokenKeeper
from writers import Writer

STORM_SECONDS = 0.02, 0.3
SECONDS_MAX = 60  # then an answer that should bring the kill will not come


class Assassin:
    """Kills the daemon from the thread that hears an answer: what was to be done before the answer
    left, and is done after it, is then often not done."""

    def __init__(self):
        self._target, self._armed = None, False

    def arm(self, pid):
        self._target, self._armed = pid, True

    def disarm(self):
        self._armed = False

    def strike(self):
        """An answer was heard."""
        if self._armed:
            self._armed = False
            os.kill(self._target, signal.SIGKILL)


class Storm:
    """Rounds of storms and kills on one daemon."""

    def __init__(self, daemon, store, seed):
        self.daemon, self.store = daemon, store
        self.random, self.assassin = random.Random(seed), Assassin()
        path = daemon.socket
        self.clients = [
            *(Writer(path, f"cmp_writer_{i}", seed) for i in range(3)),
            *(Runner(path, f"cmp_runner_{i}", seed) for i in range(2)),
            *(TokenKeeper(path, f"cmp_tokens_{i}", seed) for i in range(2)),
            *(Fetcher(path, f"cmp_fetcher_{i}_{'w' * 90}", seed, self.assassin, narrowed=i > 0)
              for i in range(2))]
        self.auditor = Auditor(path, seed)
        self.lost = []
        with daemon.connect() as client:
            for one in self.clients:
                one.prepare(client)
            self.seen = next(client.audit(limit=1)).sequence  # what is compared comes behind

    @property
    def answers(self):
        """How many answers of each operation were heard."""
        return sum((one.answers for one in self.clients), Counter())

    def round(self):
        """A storm, a kill in the midst of it, a restart, and a look at what is there."""
        self.auditor.last = self.seen
        threads = [threading.Thread(target=one.storm) for one in (*self.clients, self.auditor)]
        for thread in threads:
            thread.start()
        self.kill()
        for thread in threads:
            thread.join()
        self.check_log()
        self.store.settle(self.random)
        self.daemon.start()
        self.compare()
        with self.daemon.connect() as client:
            for one in self.clients:
                one.recover(client)

    def kill(self):
        """At any moment, or in that in which an answer is heard."""
        # The moment is what is random here: nothing is waited for.
        threading.Event().wait(self.random.uniform(*STORM_SECONDS))
        if self.random.random() < 0.3:
            self.daemon.kill()
            return
        self.assassin.arm(self.daemon.process.pid)
        try:
            self.daemon.wait(SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.lost.append("no answer came any more")
            self.daemon.kill()
        finally:
            self.assassin.disarm()

    def compare(self):
        """The trail with what was answered since it was compared last."""
        with self.daemon.connect() as client:
            records = list(client.audit(after=self.seen))
            check_chains(client, self.lost.append)
        self.check_senders(records)
        found = defaultdict(list)
        for record in records:
            found[record.company].append(entry_of(record))
        for one in self.clients:
            self.lost += one.take_losses(found.pop(one.company, []))
        self.lost += [f"on record, and asked by nobody: {found}"] if found else []
        self.auditor.compare(records)
        self.lost += self.auditor.take_losses([])
        self.seen += len(records)

    def check_log(self):
        """The killed daemon had nothing to complain of, nor had a sanitizer."""
        for line in self.daemon.log().splitlines():
            if re.match(r"\S+ error ", line) or any(one in line for one in SANITIZER_REPORTS):
                self.lost.append(f"the log says: {line}")

    def check_senders(self, records):
        """Numbers without a gap, and who asked."""
        for sequence, record in enumerate(records, self.seen + 1):
            if (record.sequence, record.uid, record.pid) != (sequence, os.geteuid(), os.getpid()):
                self.lost.append(f"record {sequence} is {record}")
                return
