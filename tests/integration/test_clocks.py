"""R1, A2, S5: a wrong clock, of a host or of the store, ends no run and lets no token pass."""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

import coffer
from daemon import BINARY_DIR, Daemon, clean_environment, eventually
from hosts import COMPANY, HostsCase

HOUR, DAY = 3_600_000, 86_400_000  # ms
LIBRARY = pathlib.Path(os.environ["COFFER_SET_CLOCK"])


class Clock:
    """The time of day of one host."""

    def __init__(self, case):
        folder = tempfile.TemporaryDirectory(prefix="coffer-clock-")
        case.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "offset"
        self.set(0)

    def set(self, offset):
        """Off by so many ms, from now on and at once."""
        made = self.path.with_suffix(".new")
        made.write_text(f"{offset}\n", encoding="utf-8")
        made.rename(self.path)

    def environment(self):
        """For a daemon on this host."""
        return {"LD_PRELOAD": LIBRARY, "SET_CLOCK": self.path,
                "ASAN_OPTIONS": "verify_asan_link_order=0"}


class HostOff(HostsCase):
    """A is right, B's clock is off: the store's decides."""

    def setUp(self):
        super().setUp()
        self.clock = Clock(self)
        self.a = self.host()
        self.on_a = self.client(self.a)

    def start_b(self, offset):
        self.clock.set(offset)
        b = Daemon(start=False)
        self.cleanup.callback(b.close)
        b.environment = {"MASTER_KEY_PATH": self.a.key, "DATABASE_URL": self.url,
                         **self.clock.environment()}
        b.start(**b.environment)
        return b

    def start_b_alone(self, offset):
        """B starts, and sweeps while A stands still."""
        self.on_a.run_begin(COMPANY, "over", "agt_1", 1)
        self.a.process.send_signal(signal.SIGSTOP)
        try:
            b = self.start_b(offset)
            eventually(lambda: self.server.sql(
                "SELECT 1 FROM coffer.runs WHERE run_id = 'over'") == [], "B sweeps")
        finally:
            self.a.process.send_signal(signal.SIGCONT)
        return b

    def test_R1_a_host_whose_clock_is_off_ends_nobodys_run_early_or_late(self):
        for number, offset in enumerate((HOUR, -HOUR, 10 * DAY, -10 * DAY)):
            with self.subTest(offset=offset):
                name, run = f"slack{number}", f"run{number}"
                self.on_a.set(COMPANY, name, "old")
                self.on_a.run_begin(COMPANY, run, "agt_1", HOUR // 2)
                self.on_a.rotate(COMPANY, name, "new")
                b = self.start_b_alone(offset)
                on_b = self.client(b)
                for on in (on_b, self.on_a):
                    self.assertEqual(self.fetched(on, name, run=run)[0], "old")
                mine = on_b.run_begin(COMPANY, f"mine{number}", "agt_1", HOUR)
                self.assertEqual(mine.ends_at - mine.began_at, HOUR)
                self.assertLess(abs(mine.began_at - time.time() * 1000), HOUR / 60)
                self.assertEqual(self.fetched(self.on_a, name, run=mine.run)[0], "new")
                b.stop()

    def test_A2_a_host_whose_clock_is_off_takes_no_expired_token_and_every_good_one(self):
        for number, offset in enumerate((10 * DAY, -10 * DAY)):
            with self.subTest(offset=offset):
                on_b = self.client(self.start_b(offset))
                now = int(time.time() * 1000)
                self.on_a.token_issue(COMPANY, f"long{number}", "a:b", expires_at=now + HOUR // 2)
                self.on_a.token_issue(COMPANY, f"short{number}", "a:b", expires_at=now + 1500)
                long, short = (self.on_a.token_fetch(COMPANY, f"{one}{number}").reveal()
                               for one in ("long", "short"))
                self.assertEqual(on_b.token_validate(long, COMPANY, f"long{number}").freshness,
                                 "fresh")
                for on in (self.on_a, on_b):
                    eventually(lambda on=on: self.refused(on, short, f"short{number}")
                               == "token_expired", "the token is refused")

    @staticmethod
    def refused(on, token, agent):
        try:
            on.token_validate(token, COMPANY, agent)
            return None
        except coffer.Error as error:
            return error.name

    def test_S5_a_clock_that_is_off_is_shown_and_told_once(self):
        off = 2 * HOUR + HOUR // 10
        b = self.start_b(off)
        on_b = self.client(b)
        self.assertAlmostEqual(on_b.status()["clock_ahead"], off, delta=HOUR / 60)
        self.assertIsNone(on_b.status().get("clock_behind"))
        ahead = sorted(one.clock_ahead or 0 for one in self.on_a.hosts())
        self.assertLess(ahead[0], HOUR / 60)
        self.assertAlmostEqual(ahead[1], off, delta=HOUR / 60)
        self.assertIn("2 hours ahead !", self.cli("hosts"))
        self.assertIn("2 hours ahead !", self.cli("status", socket=b.socket))
        self.assertEqual(len(json.loads(self.cli("hosts", "--json"))), 2)
        b.line("clock_off")
        self.clock.set(0)
        b.line("clock_right_again")
        self.assertEqual(len(b.lines("clock_off")), 1)
        self.clock.set(-DAY)
        eventually(lambda: len(b.lines("clock_off")) == 2, "it is told again")
        eventually(lambda: (on_b.status()["clock_behind"] or 0) > DAY - HOUR, "it is shown")
        self.assertEqual(self.a.lines("clock_off"), [])

    def cli(self, *words, socket=None):
        done = subprocess.run([BINARY_DIR / "clients" / "cli" / "coffer", "--socket",
                               socket or self.a.socket, *words], check=True, text=True,
                              capture_output=True, env=clean_environment())
        return done.stdout


class StoreOff(unittest.TestCase):
    """An embedded store's clock is the host's."""

    def setUp(self):
        self.clock = Clock(self)
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.close)
        self.start("--create-key")
        with self.daemon.connect() as on:
            on.set(COMPANY, "slack", "old")
            on.run_begin(COMPANY, "run", "agt_1", DAY)
            on.rotate(COMPANY, "slack", "new")

    def start(self, *flags):
        self.daemon.start(*flags, **self.clock.environment())

    def seen_by_run(self):
        with self.daemon.connect() as on:
            return on.fetch(COMPANY, "slack", run="run").reveal()

    def until_told(self, *words, times=1):
        eventually(lambda: len(self.daemon.lines(*words)) == times, " ".join(words))

    def until_swept(self, run):
        """A run that was over before is gone, so that all that are past their limit are."""
        def gone():
            with sqlite3.connect(f"file:{self.daemon.store}?mode=ro", uri=True) as rows:
                return rows.execute("SELECT count(*) FROM runs WHERE run_id = ?",
                                    (run,)).fetchone() == (0,)
        eventually(gone, "a sweep")

    def begin_short(self, run):
        with self.daemon.connect() as on:
            on.run_begin(COMPANY, run, "agt_1", 1)

    def test_R1_a_clock_that_is_wrong_for_a_while_ends_no_run(self):
        for times, offset in enumerate((2 * DAY, -2 * DAY), start=1):
            with self.subTest(offset=offset):
                self.clock.set(offset)
                self.until_told("clock_jumped", times=times)
                self.assertEqual(self.seen_by_run(), "old")
                self.clock.set(0)
                self.until_told("clock_as_before", times=times)
                self.begin_short(f"over{times}")
                self.until_swept(f"over{times}")
                self.assertEqual(self.seen_by_run(), "old")

    def test_R1_a_sweep_goes_by_the_time_before_the_jump(self):
        self.begin_short("over")
        self.clock.set(2 * DAY)
        self.until_told("clock_jumped")
        self.until_swept("over")
        self.assertEqual(self.seen_by_run(), "old")

    def test_R1_a_start_with_a_wrong_clock_ends_no_run(self):
        for offset in (2 * DAY, -2 * DAY):
            with self.subTest(offset=offset):
                self.daemon.stop()
                self.clock.set(offset)
                self.start()
                self.daemon.line("clock_jumped")
                self.assertEqual(self.seen_by_run(), "old")
                self.daemon.stop()
                self.clock.set(0)
                self.start()
                self.assertEqual(self.daemon.lines("clock_jumped"), [])
                self.begin_short(f"over{offset}")
                self.until_swept(f"over{offset}")
                self.assertEqual(self.seen_by_run(), "old")


if __name__ == "__main__":
    unittest.main()
