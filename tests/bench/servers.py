"""cofferd and what it is measured against."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import coffer

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
LOAD = "tests/bench/coffer_load"
KEYS, VALUE_SIZE = 2000, 128


class Servers:
    """The competitors in a private folder, each on a Unix socket; stopped at the end."""

    def __init__(self, folder):
        self.folder, self.processes = pathlib.Path(folder), {}
        self.raw, self.redis = str(self.folder / "raw.sock"), str(self.folder / "redis.sock")
        self.coffer = str(self.folder / "coffer.sock")
        self.tokens = self.folder / "tokens"
        self.all_cores = os.sched_getaffinity(0)

    def start(self):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.processes["raw"] = subprocess.Popen([BUILD / "tests/bench/coffer_echo", self.raw])
        self.processes["redis"] = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.redis, "--save", "",
             "--appendonly", "no", "--dir", str(self.folder)], **quiet)
        keep = {k: v for k, v in os.environ.items()
                if not k.startswith(("COFFER_", "MASTER_KEY_", "DATABASE_URL"))}
        self.processes["coffer"] = subprocess.Popen(
            [BUILD / "sidecar/cofferd", "--create-key", "--config", self.configuration()],
            env=keep | {"COMPANY_AGENTS_HOME": str(self.folder)}, **quiet)
        deadline = time.monotonic() + 10
        for path in (self.raw, self.redis, self.coffer):
            while not os.path.exists(path):
                if time.monotonic() > deadline:
                    sys.exit(f"bench: no server came up at {path}")
                time.sleep(0.01)

    def configuration(self):
        """The path is the whole one; only the rate is let go."""
        path = self.folder / "coffer.toml"
        path.write_text('log_level = "error"\n[limits]\nrequests_per_second_max = 1000000000\n')
        return path

    def fill(self):
        value = "v" * VALUE_SIZE
        with coffer.connect(self.coffer) as client:
            for i in range(KEYS):
                client.set("cmp_bench", f"integration{i}", value)
                client.fetch("cmp_bench", f"integration{i}")  # into the cache
            client.run_begin("cmp_bench", "run_bench", "agt_bench")
            with open(self.tokens, "w", opener=lambda path, how: os.open(path, how, 0o600)) as file:
                for i in range(KEYS):
                    client.token_issue("cmp_bench", f"agt_{i}", "memory:read tools:call:github.*")
                    token = client.token_fetch("cmp_bench", f"agt_{i}").reveal()
                    client.token_validate(token, "cmp_bench", f"agt_{i}")  # into the cache
                    file.write(f"agt_{i} {token}\n")
        with socket.socket(socket.AF_UNIX) as redis:
            redis.connect(self.redis)
            for i in range(KEYS):
                redis.sendall(f"SET cmp_bench:integration{i} {value}\r\n".encode())
                assert redis.recv(64) == b"+OK\r\n"

    def pin(self, core):
        for process in self.processes.values():
            for task in os.listdir(f"/proc/{process.pid}/task"):
                os.sched_setaffinity(int(task), {core})

    def unpin(self):
        os.sched_setaffinity(0, self.all_cores)

    def processor_time(self):
        """Seconds that these and the load generators (ended children) have run."""
        ticks = 0
        for process in self.processes.values():
            after_name = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2]
            ticks += sum(map(int, after_name.split()[11:13]))
        self_and_children = os.times()
        return ticks / os.sysconf("SC_CLK_TCK") + sum(self_and_children[:4])

    def stop(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def load(*words):
    done = subprocess.run([BUILD / LOAD, *map(str, words)], text=True,
                          stdout=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit("bench: the load generator failed, see above")
    return done.stdout
