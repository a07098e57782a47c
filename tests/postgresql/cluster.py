"""A private PostgreSQL that a test starts itself, breaks in every way, and removes."""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

TOOLCHAIN = pathlib.Path(__file__).resolve().parents[1] / "toolchain"
VERSION = subprocess.run([TOOLCHAIN, "postgresql"], stdout=subprocess.PIPE, text=True,
                         check=True).stdout.strip()
BINARIES = pathlib.Path(f"/usr/lib/postgresql/{VERSION}/bin")
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
DEADLINE = 60  # seconds, for whatever a server is waited for


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(check, what, seconds=DEADLINE):
    """Waits until check() is true; fails with `what` after a deadline."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen in {seconds} s: {what}")
        time.sleep(0.02)
    return found


def as_server():
    """The beginning of a command line that runs as the user that PostgreSQL accepts: not root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]


def children_of(pid):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True,
                            text=True, check=False)
    return [int(word) for word in listed.stdout.split()]


def has_ended(pid):
    """Whether a process is gone, or waits for nothing but its parent."""
    try:
        status = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(")")[2].split()[0] in "ZX"


class Cluster:
    """Listens on a Unix socket in its folder, and on loopback if `tcp`. `durable`: with fsync.
    `disk_mib`: its data lies on a file system of that size (needs root). Use as a context
    manager."""

    def __init__(self, durable=False, max_connections=60, tcp=False, disk_mib=None, **settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="coffer-pg-"))
        self.data = self.folder / "disk" / "data"
        self.log_file = self.folder / "log"
        self.port = free_port() if tcp else 5432
        self.process, self._mounted = None, False
        self.settings = {
            "listen_addresses": "127.0.0.1" if tcp else "", "port": self.port,
            "unix_socket_directories": self.folder, "max_connections": max_connections,
            "fsync": "on" if durable else "off", "shared_buffers": "32MB", "jit": "off",
            "max_wal_size": "256MB", "logging_collector": "off",
            "wal_retrieve_retry_interval": "100ms"} | settings
        self._own_folder()
        if disk_mib:
            self._mount(disk_mib)

    def __enter__(self):
        if not self.data.exists():
            self.initialise()
        self.start()
        return self

    def __exit__(self, *_):
        self.close()

    def _own_folder(self):
        (self.folder / "disk").mkdir()
        self.folder.chmod(0o711)  # others reach the socket, and see nothing else
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            for path in (self.folder, self.folder / "disk"):
                os.chown(path, user.pw_uid, user.pw_gid)

    def _mount(self, mib):
        uid = pwd.getpwnam("postgres").pw_uid
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}M,uid={uid},mode=0700", "tmpfs",
                        str(self.folder / "disk")], check=True)
        self._mounted = True

    def _run(self, *command, check=True):
        done = subprocess.run([*as_server(), *map(str, command)], env=ENVIRONMENT, cwd="/",
                              capture_output=True, text=True, timeout=300, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{command[0]} ended with {done.returncode}:\n{done.stderr}"
                                 f"\n{self.log_tail()}")
        return done

    def initialise(self):
        self._run(BINARIES / "initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E",
                  "UTF8", "--locale=C", "--no-sync", "--no-instructions")

    def log_tail(self):
        lines = self.log_file.read_text(errors="replace").splitlines() if self.log_file.exists() \
            else []
        return "\n".join(lines[-20:])

    # Life and death

    def start(self):
        """Starts it and waits until it answers."""
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [*as_server(), *(["--pdeathsig", "INT"] if as_server() else []),
                 BINARIES / "postgres", "-D", self.data, *options],
                env=ENVIRONMENT, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        until(self._answers, f"PostgreSQL answers:\n{self.log_tail()}")

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"PostgreSQL ended:\n{self.log_tail()}")
        return self._psql("SELECT 1").returncode == 0

    def stop(self, mode="fast"):
        """Stops it in order: `smart`, `fast` or `immediate`."""
        how = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode]
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(timeout=DEADLINE)

    def restart(self):
        self.stop()
        self.start()

    def processes(self):
        return [self.process.pid, *children_of(self.process.pid)]

    def signal_all(self, how):
        """To the postmaster first, so that it starts no others."""
        for pid in self.processes():
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                pass

    def kill(self):
        """What a loss of power does to its processes."""
        self.signal_all(signal.SIGSTOP)
        killed = self.processes()
        self.signal_all(signal.SIGKILL)
        self.process.wait(timeout=DEADLINE)
        # Those that are still ending hold its memory, and the next one would refuse to start.
        until(lambda: all(map(has_ended, killed)), "all of its processes end")
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def freeze(self):
        self.signal_all(signal.SIGSTOP)

    def thaw(self):
        self.signal_all(signal.SIGCONT)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        if self._mounted:
            # What was killed is still ending, and holds it as long.
            until(lambda: subprocess.run(["umount", str(self.folder / "disk")], check=False,
                                         capture_output=True).returncode == 0, "it is unmounted")
        shutil.rmtree(self.folder, ignore_errors=True)

    # What is in it

    def url(self, database="coffer", user="postgres"):
        host = urllib.parse.quote(str(self.folder), safe="")
        return f"postgresql://{user}@/{database}?host={host}&port={self.port}"

    def _psql(self, text, database="postgres", connect_timeout=3):
        return subprocess.run(
            ["psql", "-AtXq", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c", text],
            env=ENVIRONMENT | {"PGCONNECT_TIMEOUT": str(connect_timeout)}, capture_output=True,
            text=True, timeout=DEADLINE, check=False)

    def sql(self, text, database="coffer"):
        """Rows, as lists of texts. A server that is up may be slow to let it in."""
        done = self._psql(text, database, connect_timeout=DEADLINE // 2)
        if done.returncode != 0:
            raise AssertionError(f"{text}\n{done.stderr}\n{self.log_tail()}")
        return [line.split("|") for line in done.stdout.splitlines()]

    def reload(self):
        """Has it read its configuration again; new connections have what it says then."""
        when = "SELECT pg_conf_load_time()"
        before = self.sql(when, "postgres")
        self.sql("SELECT pg_reload_conf()", "postgres")
        until(lambda: self.sql(when, "postgres") != before, "the configuration is read")

    def create_database(self, name="coffer"):
        self.sql(f"CREATE DATABASE {name}", "postgres")
        return self.url(name)

    def disconnect_all(self):
        """Cuts every connection but its own."""
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <>"
                 " pg_backend_pid() AND backend_type = 'client backend'", "postgres")

    # Its disk

    def fill_disk(self):
        """Leaves no room on its own file system."""
        ballast = self.folder / "disk" / "ballast"
        out = os.open(ballast, os.O_WRONLY | os.O_CREAT)
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    os.write(out, b"\0" * size)
            except OSError:
                pass
        os.close(out)

    def free_disk(self):
        (self.folder / "disk" / "ballast").unlink()

    # Its standby

    def standby(self):
        """A second server that streams from this one; commits wait for it from then on."""
        other = Cluster(tcp="127" in str(self.settings["listen_addresses"]),
                        max_connections=self.settings["max_connections"])
        other.settings |= {k: v for k, v in self.settings.items()
                           if k not in ("listen_addresses", "port", "unix_socket_directories")}
        other.rejoin(self)
        return other

    def rejoin(self, primary):
        """Becomes the standby of a primary, whose commits wait for it from then on."""
        self.follow(primary)
        self.start()
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'", "postgres")
        primary.sql("SELECT pg_reload_conf()", "postgres")
        primary.await_standby()

    def follow(self, primary):
        """Becomes a fresh copy of a primary."""
        shutil.rmtree(self.data, ignore_errors=True)
        self._run(BINARIES / "pg_basebackup", "-D", self.data, "-d",
                  primary.url("postgres"), "-R", "-X", "stream", "-c", "fast", "--no-sync")

    def await_standby(self):
        until(lambda: self.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'",
                               "postgres") == [["1"]], "the standby is synchronous")

    def promote(self):
        """Of a standby: the primary from now on, with nobody to wait for."""
        self._run(BINARIES / "pg_ctl", "promote", "-D", self.data, "-w", "-t", DEADLINE)

    def stand_alone(self):
        self.sql("ALTER SYSTEM RESET synchronous_standby_names", "postgres")
        self.sql("SELECT pg_reload_conf()", "postgres")


def url_of(clusters, database="coffer"):
    """One URL for several servers, of which one can be written to."""
    hosts = ",".join(urllib.parse.quote(str(one.folder), safe="") for one in clusters)
    ports = ",".join(str(one.port) for one in clusters)
    return (f"postgresql://postgres@/{database}?host={hosts}&port={ports}"
            "&target_session_attrs=read-write&connect_timeout=2")
