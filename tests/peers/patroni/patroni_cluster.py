"""The real thing: two PostgreSQL under Patroni, with etcd, on loopback, for one test."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import urllib.request

from cluster import BINARIES, DEADLINE, ENVIRONMENT, as_server, free_port, until

NODE = """
scope: coffer
name: {name}
restapi: {{listen: "127.0.0.1:{rest}", connect_address: "127.0.0.1:{rest}"}}
etcd3: {{host: "127.0.0.1:{etcd}"}}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 3
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters: {{max_connections: 60, shared_buffers: 32MB, wal_log_hints: "on"}}
  initdb: [{{encoding: UTF8}}, {{locale: C}}]
  pg_hba: ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
postgresql:
  listen: "127.0.0.1:{port}"
  connect_address: "127.0.0.1:{port}"
  data_dir: {folder}/{name}/data
  bin_dir: {binaries}
  pgpass: {folder}/{name}/pgpass
  authentication:
    superuser: {{username: postgres, password: none}}
    replication: {{username: replicator, password: none}}
    rewind: {{username: rewinder, password: none}}
  parameters: {{unix_socket_directories: "{folder}/{name}"}}
"""


class Node:
    """One Patroni and the PostgreSQL that it runs."""

    def __init__(self, cluster, name):
        self.cluster, self.name = cluster, name
        self.port, self.rest = free_port(), free_port()
        self.folder = cluster.folder / name
        self.folder.mkdir()
        self.config = self.folder / "patroni.yml"
        self.config.write_text(NODE.format(name=name, rest=self.rest, port=self.port,
                                           etcd=cluster.etcd_port, folder=cluster.folder,
                                           binaries=BINARIES), encoding="utf-8")
        cluster.own(self.folder, self.config)
        self.process = None

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([*as_server(), "patroni", str(self.config)], cwd="/",
                                            env=ENVIRONMENT, stdout=log, stderr=log,
                                            start_new_session=True)

    def state(self):
        """What its REST interface tells; {} when it does not answer."""
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                    f"http://127.0.0.1:{self.rest}/patroni", timeout=2) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)
        except (OSError, ValueError):
            return {}

    def leads(self):
        return self.state().get("role") == "master"

    def follows_synchronously(self):
        return bool(self.state().get("sync_standby"))

    def kill(self):
        """Patroni and every process of its PostgreSQL at once, as when a machine dies."""
        pids = [self.process.pid]
        pid_file = self.folder / "data" / "postmaster.pid"
        if pid_file.exists():
            postmaster = int(pid_file.read_text().splitlines()[0])
            listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], text=True,
                                    capture_output=True, check=False)
            pids += [postmaster, *map(int, listed.stdout.split())]
        for how in (signal.SIGSTOP, signal.SIGKILL):
            for pid in pids:
                try:
                    os.kill(pid, how)
                except ProcessLookupError:
                    pass
        self.process.wait(timeout=DEADLINE)

    def log_tail(self):
        return "\n".join((self.folder / "log").read_text(errors="replace").splitlines()[-15:])


class PatroniCluster:
    """Use as a context manager: inside, there is a leader and a synchronous standby."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="coffer-patroni-"))
        self.folder.chmod(0o755)
        self.etcd_port = free_port()
        self.own(self.folder)
        self.etcd = None
        self.nodes = [Node(self, "one"), Node(self, "two")]

    @staticmethod
    def own(*paths):
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            for path in paths:
                os.chown(path, user.pw_uid, user.pw_gid)

    def __enter__(self):
        peer = free_port()
        with open(self.folder / "etcd.log", "ab") as log:
            self.etcd = subprocess.Popen(
                [*as_server(), "etcd", "--data-dir", str(self.folder / "etcd"),
                 "--listen-client-urls", f"http://127.0.0.1:{self.etcd_port}",
                 "--advertise-client-urls", f"http://127.0.0.1:{self.etcd_port}",
                 "--listen-peer-urls", f"http://127.0.0.1:{peer}",
                 "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
                 "--initial-cluster", f"default=http://127.0.0.1:{peer}"],
                cwd="/", env=ENVIRONMENT | {"ETCD_UNSUPPORTED_ARCH": os.uname().machine},
                stdout=log, stderr=log)
        for node in self.nodes:
            node.start()
        self.await_both()
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            if node.process is not None and node.process.poll() is None:
                node.kill()
        if self.etcd is not None:
            self.etcd.kill()
            self.etcd.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def await_both(self):
        until(lambda: self.leader() and any(one.follows_synchronously() for one in self.nodes),
              "a leader and a synchronous standby:\n" + self.nodes[0].log_tail(), seconds=120)

    def leader(self):
        return next((one for one in self.nodes if one.leads()), None)

    def create_database(self, name="coffer"):
        """On both: libpq does not look further when a standby does not know a database yet."""
        self.sql(f"CREATE DATABASE {name}")
        for one in self.nodes:
            until(lambda port=one.port: subprocess.run(
                ["psql", "-AtXq", "-d", f"postgresql://postgres@127.0.0.1:{port}/{name}", "-c",
                 "SELECT 1"], env=ENVIRONMENT, capture_output=True, timeout=DEADLINE,
                check=False).returncode == 0, "both have the database")

    def url(self, database="coffer"):
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in self.nodes)
        return (f"postgresql://postgres@{hosts}/{database}?target_session_attrs=read-write"
                "&connect_timeout=2")

    def sql(self, text, database="postgres"):
        done = subprocess.run(["psql", "-AtXq", "-v", "ON_ERROR_STOP=1", "-d", self.url(database),
                               "-c", text], env=ENVIRONMENT, capture_output=True, text=True,
                              timeout=DEADLINE, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{text}\n{done.stderr}")
        return [line.split("|") for line in done.stdout.splitlines()]
