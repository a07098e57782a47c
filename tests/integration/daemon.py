"""A real cofferd in a private home, for one test."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import coffer

BINARY_DIR = pathlib.Path(os.environ["COFFER_BINARY_DIR"])
SANITIZER = os.environ.get("COFFER_SANITIZER", "")
SANITIZER_REPORTS = ("Sanitizer: ", "runtime error: ")  # those of GCC
LEAKS_OF_OTHERS = pathlib.Path(__file__).resolve().parents[1] / "lsan.supp"
INHERITED = ("COFFER_", "MASTER_KEY_", "DATABASE_URL", "COMPANY_AGENTS_HOME", "CREDENTIALS_")


def clean_environment(**more):
    """What a test means, and nothing that happens to be set around it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(INHERITED)}
    kept["LSAN_OPTIONS"] = f"suppressions={LEAKS_OF_OTHERS}:print_suppressions=0"
    return kept | {k: str(v) for k, v in more.items()}


def eventually(check, what, seconds=30):
    """Waits until check() is true; fails with `what` after a deadline."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen in {seconds} s: {what}")
        time.sleep(0.01)
    return found


class Daemon:
    """Starts in a fresh home (mode 0700), which close() removes. Use as a context manager.
    `wrapper`: the beginning of a command line that executes the daemon in its own place."""

    def __init__(self, *flags, start=True, config=None, home_mode=0o700, wrapper=()):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="coffer-test-"))
        self.home.chmod(home_mode)
        self.instance = self.home / "instances" / "default"
        self.socket = str(self.instance / "coffer.sock")
        self.key = self.instance / "secrets" / "master.key"
        self.store = self.instance / "coffer.db"
        self.flags, self.wrapper = list(flags), list(wrapper)
        if config is not None:
            (self.home / "coffer.toml").write_text(config, encoding="utf-8")
            self.flags += ["--config", str(self.home / "coffer.toml")]
        self.process, self._log, self._reader = None, [], None
        if start:
            self.start("--create-key")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def start(self, *flags, **environment):
        """Starts and waits until it serves; fails with its log if it does not."""
        self.spawn(*flags, **environment)
        eventually(lambda: "serving" in self.log() or self.process.poll() is not None,
                   "the daemon serves")
        if self.process.poll() is not None:
            raise AssertionError(f"cofferd ended with {self.process.returncode}:\n{self.log()}")

    def spawn(self, *flags, **environment):
        """Starts without waiting."""
        self._log = []
        self.process = subprocess.Popen(
            [*self.wrapper, BINARY_DIR / "sidecar" / "cofferd", *self.flags, *map(str, flags)],
            env=clean_environment(**{"COMPANY_AGENTS_HOME": self.instance, **environment}),
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        self._reader = threading.Thread(target=self._read, args=(self.process.stderr,))
        self._reader.start()

    def _read(self, pipe):
        for line in pipe:
            self._log.append(line)
        pipe.close()

    def log(self):
        """Everything it has said since its start."""
        return "".join(self._log)

    def lines(self, *words):
        """Lines of the log that hold all of the words."""
        return [line for line in list(self._log) if all(word in line for word in words)]

    def line(self, *words):
        """The first line of the log that holds all of the words. Waits for it: the daemon replies
        before it writes its log."""
        return eventually(lambda: self.lines(*words), f"the log says {' … '.join(words)}")[0]

    def wait(self, seconds=60):
        """Waits for its end; the exit code."""
        code = self.process.wait(timeout=seconds)
        self._reader.join()
        return code

    def stop(self, how=signal.SIGTERM):
        """Signals it and waits; the exit code."""
        self.process.send_signal(how)
        return self.wait()

    def kill(self):
        """What a crash does."""
        return self.stop(signal.SIGKILL)

    def reload(self):
        """Has it read its policy again; returns what the log says of it."""
        known = len(self.lines("reloaded"))
        self.process.send_signal(signal.SIGHUP)
        return eventually(lambda: self.lines("reloaded")[known:], "the policy is read again")[0]

    def connect(self, **options):
        """A client."""
        return coffer.connect(self.socket, **options)

    def close(self):
        """Stops it and removes its home; fails if a sanitizer had something to report."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)
        if any(self.lines(words) for words in SANITIZER_REPORTS):
            raise AssertionError(f"a sanitizer reports:\n{self.log()}")


def refused_start(daemon, *flags, **environment):
    """Starts a daemon that must refuse: (exit code, its one line for the operator)."""
    daemon.spawn(*flags, **environment)
    code = daemon.wait()
    lines = [line for line in daemon.log().splitlines() if line.startswith("cofferd: ")]
    if len(lines) != 1:
        raise AssertionError(f"expected one line, got:\n{daemon.log()}")
    return code, lines[0]


def skip_or_fail(test, reason):
    """Skips with a reason; in CI a skip is a failure."""
    if os.environ.get("CI"):
        test.fail(f"skipped in CI: {reason}")
    test.skipTest(reason)


def need_root(test):
    """Skips unless the test can become other users."""
    if os.geteuid() != 0:
        skip_or_fail(test, "needs root, to act as other users")


def field(line, name):
    """The value of `name=` in a line of the log."""
    found = re.search(rf'\b{name}=("[^"]*"|\S+)', line)
    return found.group(1).strip('"') if found else None


if sys.version_info < (3, 9):
    raise RuntimeError("the tests need Python 3.9")
