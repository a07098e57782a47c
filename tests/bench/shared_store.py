"""T9, T10, T12: what a store that many hosts share costs. Each in servers of its own."""

import contextlib
import os
import pathlib
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
sys.path[:0] = [str(ROOT / "clients" / "python"), str(ROOT / "tests" / "postgresql")]

import coffer  # noqa: E402
from cluster import BINARIES, ENVIRONMENT, Cluster  # noqa: E402

ROWS, CACHED, IDLE, CHANGES, ROUNDS = 1_000_000, 500_000, 10_000, 300, 5
VALUE_SIZE, COMPANY = 128, "cmp_bench"
CONFIGURATION = """log_level = "error"
cache_bytes_max = 1073741824
[limits]
requests_per_second_max = 1000000000
connections_max = 20000
connections_per_uid_max = 20000
"""


def kept():
    return {k: v for k, v in os.environ.items()
            if not k.startswith(("COFFER_", "MASTER_KEY_", "DATABASE_URL"))}


class Host(contextlib.ExitStack):
    """A cofferd of the release build in a home of its own."""

    def __init__(self, url=None, key=None):
        super().__init__()
        self.home = pathlib.Path(self.enter_context(
            tempfile.TemporaryDirectory(prefix="coffer-bench-", ignore_cleanup_errors=True)))
        self.socket = str(self.home / "coffer.sock")
        self.key = key or self.home / "secrets/master.key"
        (self.home / "coffer.toml").write_text(CONFIGURATION)
        self.environment = kept() | {"COMPANY_AGENTS_HOME": str(self.home),
                                     "MASTER_KEY_PATH": str(self.key)}
        if url:
            self.environment["DATABASE_URL"] = url

    def start(self, *flags):
        self.process = subprocess.Popen(
            [BUILD / "sidecar/cofferd", "--config", self.home / "coffer.toml", *flags],
            env=self.environment)
        self.callback(self.stop)
        while not os.path.exists(self.socket):
            if self.process.poll() is not None:
                sys.exit("bench: cofferd ended, see above")
            time.sleep(0.01)
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def pin(self, core):
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            os.sched_setaffinity(int(task), {core})

    def memory(self):
        """Bytes of its own: resident, but for what is mapped of files."""
        rollup = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return int(re.search(r"Anonymous: +(\d+) kB", rollup).group(1)) * 1024

    def memory_at_rest(self, seconds=3):
        """The same, once it has not shrunk for so long."""
        least, since = self.memory(), time.monotonic()
        while time.monotonic() - since < seconds:
            time.sleep(0.1)
            if self.memory() < least:
                least, since = self.memory(), time.monotonic()
        return least


def filled(stack, rows):
    """A PostgreSQL with so many sealed rows, and a host that has made the key."""
    server = stack.enter_context(Cluster(shared_buffers="1GB", max_wal_size="4GB"))
    host = stack.enter_context(Host(url=server.create_database()))
    host.start("--create-key")
    host.stop()
    server.sql("DELETE FROM coffer.secrets; DELETE FROM coffer.companies")
    subprocess.run([BUILD / "tests/bench/coffer_fill", server.url(), host.key, str(rows)],
                   check=True)
    return server, host


def timed(command, **options):
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    return time.monotonic() - began


def cold_start():
    """T9"""
    with contextlib.ExitStack() as stack:
        server, host = filled(stack, ROWS)
        copy = ["psql", "-Xq", "-d", server.url(), "-c",
                "COPY (SELECT company_id, kind, subject_id, name, version, key_id, nonce, value"
                " FROM coffer.secrets) TO STDOUT (FORMAT binary)"]
        verify = [BUILD / "sidecar/cofferd", "--verify-store"]
        pairs = [(timed(copy, env=ENVIRONMENT),
                  timed(verify, env=host.environment, stderr=subprocess.DEVNULL))
                 for _ in range(ROUNDS)]
    for name, times in zip(("COPY out", "load and verify"), zip(*pairs)):
        print(f"{name:15} {statistics.median(times):.2f} s for {ROWS} rows")
    ratio = statistics.median(mine / bare for bare, mine in pairs)
    return {"T9": (f"{ratio:.2f} COPY out", ratio <= 1.5)}


def memory():
    """T10"""
    resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE + 1000,) * 2)
    with contextlib.ExitStack() as stack:
        _, host = filled(stack, CACHED)
        host.start()
        with coffer.connect(host.socket) as client:
            # The first ones wake what else takes memory, some MiB in all: workers and the audit.
            first = CACHED // 5
            for number in range(first):
                client.fetch(COMPANY, f"integration{number}")
            before = host.memory_at_rest()
            for number in range(first, CACHED):
                client.fetch(COMPANY, f"integration{number}")
            assert client.status()["cache_entries"] == CACHED
            each = (host.memory_at_rest() - before) / (CACHED - first)
    # Names with a byte of length each, format, version, key id, nonce; value and tag.
    names = COMPANY + "integration" + "integration123456" + "credential"
    own = 1 + 4 + len(names) + 8 + 16 + 12 + VALUE_SIZE + 16
    beyond = each / own - 1
    idle = idle_connections()
    print(f"cached secret   {each:.0f} B, of which {own} B are its own; "
          f"{IDLE} idle connections {idle / 2**20:.1f} MiB")
    return {"T10": (f"{beyond:.2f} beyond {idle / 2**20:.1f} MiB idle",
                    beyond <= 0.15 and idle <= 16 * 2**20)}


def idle_connections():
    """Bytes that so many connections take, each past its hello."""
    with contextlib.ExitStack() as stack:
        host = stack.enter_context(Host()).start("--create-key")
        with coffer.connect(host.socket) as client:
            client.ping()
        before = host.memory()
        clients = [coffer.connect(host.socket) for _ in range(IDLE)]
        for one in clients:
            one.ping()
        after = host.memory()
        for one in clients:
            one.close()
        return after - before


def fetch_on_either(p50_of, keys):
    """T1pg. `p50_of(host)`: of a fetch, by the load generator, host and client on one core."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Cluster())
        embedded = stack.enter_context(Host()).start("--create-key")
        shared = stack.enter_context(Host(url=server.create_database())).start("--create-key")
        for host in (embedded, shared):
            with coffer.connect(host.socket) as client:
                for number in range(keys):
                    client.set(COMPANY, f"integration{number}", "v" * VALUE_SIZE)
                    client.fetch(COMPANY, f"integration{number}")
                client.run_begin(COMPANY, "run_bench", "agt_bench")
            host.pin(0)
        pairs = [(p50_of(embedded), p50_of(shared)) for _ in range(ROUNDS)]
    for name, times in zip(("sqlite", "postgresql"), zip(*pairs)):
        print(f"fetch on {name:10} p50 {statistics.median(times):.2f} us")
    ratio = statistics.median(pg / lite for lite, pg in pairs)
    return {"T1pg": (f"{ratio:.2f} sqlite", ratio <= 1.05)}


def change_elsewhere(raw_p50):
    """T12. `raw_p50`: of the ping-pong across cores, in seconds."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Cluster(durable=True))
        url = server.create_database()
        here = stack.enter_context(Host(url=url)).start("--create-key")
        there = stack.enter_context(Host(url=url, key=here.key)).start()
        on_here, on_there = (stack.enter_context(coffer.connect(one.socket))
                             for one in (here, there))
        on_here.set(COMPANY, "slack", "v")
        times = []
        for _ in range(CHANGES):
            on_there.fetch(COMPANY, "slack")
            version = on_here.rotate(COMPANY, "slack", "v").version
            began = time.monotonic()
            while on_there.fetch(COMPANY, "slack").version < version:
                pass
            times.append(time.monotonic() - began)
        commit = commit_time(server)
    seen = statistics.median(times)
    print(f"change          {seen * 1e6:.0f} us from its acknowledgement until it is served"
          f" elsewhere; raw ping-pong {raw_p50 * 1e6:.0f} us, commit {commit * 1e6:.0f} us")
    ratio = seen / (raw_p50 + commit)
    return {"T12": (f"{ratio:.2f} raw+commit", ratio <= 10)}


def commit_time(server):
    """Seconds of one INSERT with its commit, by pgbench."""
    server.sql("CREATE TABLE bench_commit (i integer)")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write("INSERT INTO bench_commit VALUES (1);\n")
        script.flush()
        os.chmod(script.name, 0o644)
        said = subprocess.run(
            [BINARIES / "pgbench", "-n", "-c", "1", "-t", str(CHANGES), "-M", "prepared", "-f",
             script.name, "-h", server.folder, "-p", str(server.port), "-U", "postgres", "coffer"],
            check=True, text=True, capture_output=True, env=ENVIRONMENT).stdout
    return float(re.search(r"latency average = (\S+) ms", said).group(1)) / 1000


__all__ = ["change_elsewhere", "cold_start", "fetch_on_either", "memory"]
