"""S4: TLS to a database on another host, by what libpq will really use; each failure has its line.
The other host is an address in a network namespace of this test's own."""

import ctypes
import fcntl
import os
import pathlib
import pwd
import shutil
import socket
import struct
import subprocess
import unittest

from cluster import Cluster
from daemon import Daemon, eventually, need_root, skip_or_fail
from hosts import HostsCase
from test_connecting import temporary_folder

ADDRESS = "192.0.2.7"  # TEST-NET-1: nobody's
CLONE_NEWNET = 0x40000000
SIOCSIFADDR, SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8916, 0x8913, 0x8914, 1


def add_address(name, address):
    """Gives an interface an address, and takes it up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFADDR, struct.pack(
            "16sH2s4s8x", name.encode(), socket.AF_INET, b"", socket.inet_aton(address)))
        flags = fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16sH14x", name.encode(), 0))
        up = struct.unpack("16sH14x", flags)[1] | IFF_UP
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", name.encode(), up))


def own_network():
    """This process and its children get a network where ADDRESS is the only one but loopback."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    add_address("lo", "127.0.0.1")
    add_address("lo:1", ADDRESS)


def openssl(folder, *words):
    subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)


def make_authority(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.crt", "-days", "30",
            "-subj", f"/CN={name}")


def make_certificate(folder, authority, name, subject, alternative):
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={subject}")
    (folder / f"{name}.ext").write_text(f"subjectAltName={alternative}\n", encoding="ascii")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.crt", "-CAkey",
            f"{authority}.key", "-CAcreateserial", "-out", f"{name}.crt", "-days", "30",
            "-extfile", f"{name}.ext")


class DatabaseTLS(HostsCase):
    server_options = {"tcp": True}
    networked = False

    def setUp(self):
        need_root(self)
        if not shutil.which("openssl"):
            skip_or_fail(self, "there is no openssl: apt-get install openssl")
        if not DatabaseTLS.networked:
            own_network()
            DatabaseTLS.networked = True
        self.certificates = None
        super().setUp()

    def server_class(self, **options):
        """A server whose certificate is for ADDRESS, signed by an authority of the test's own."""
        server = Cluster(**options)
        server.settings["listen_addresses"] = f"127.0.0.1,{ADDRESS}"
        server.initialise()
        folder = self.certificates = server.folder / "certificates"
        folder.mkdir()
        make_authority(folder, "ca")
        make_authority(folder, "other")
        make_certificate(folder, "ca", "server", "db", f"IP:{ADDRESS},DNS:db.example")
        make_certificate(folder, "ca", "client", "postgres", "DNS:client")
        user = pwd.getpwnam("postgres")
        for name in ("server.crt", "server.key"):
            shutil.copy(folder / name, server.data / name)
            os.chown(server.data / name, user.pw_uid, user.pw_gid)
            (server.data / name).chmod(0o600)
        with open(server.data / "postgresql.conf", "a", encoding="ascii") as configuration:
            configuration.write("ssl = on\n")
        self.let(server, "host all all all trust")
        return server

    @staticmethod
    def let(server, *lines):
        """Who may come in over the network."""
        (server.data / "pg_hba.conf").write_text(
            "\n".join(["local all all trust", *lines, ""]), encoding="ascii")

    def change(self, setting):
        self.server.sql(f"ALTER SYSTEM SET {setting}", "postgres")
        self.server.reload()

    def to(self, query="", host=ADDRESS):
        return f"postgresql://postgres@{host}:{self.server.port}/coffer{query}"

    def started(self, url, **environment):
        """(the log of a daemon that serves, or its one line, whether it serves)"""
        home = pathlib.Path(self.cleanup.enter_context(temporary_folder()))
        daemon = Daemon(start=False)
        try:
            if self.hosts_made:
                environment["MASTER_KEY_PATH"] = self.hosts_made[0]
            daemon.spawn("--create-key", DATABASE_URL=url,
                         **{"HOME": home, **environment})
            eventually(lambda: "serving" in daemon.log() or daemon.process.poll() is not None,
                       "it serves or ends")
            serves = daemon.process.poll() is None
            seen = self.server.sql(
                "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE"
                " application_name = 'cofferd' GROUP BY ssl", "postgres") if serves else []
            daemon.stop() if serves else daemon.wait()
            if serves and not self.hosts_made:
                self.keep(daemon.key)
            return daemon.log(), serves, seen
        finally:
            daemon.close()

    hosts_made: list = []

    def keep(self, key):
        kept = pathlib.Path(self.cleanup.enter_context(temporary_folder())) / "master.key"
        shutil.copy2(key, kept)
        self.hosts_made = [kept]

    def check_serves(self, url, *words, ssl="t", **environment):
        log, serves, seen = self.started(url, **environment)
        self.assertTrue(serves, log)
        self.assertEqual(seen, [[ssl]], log)
        for word in words:
            self.assertIn(word, log)

    def check_refused(self, url, *words, **environment):
        log, serves, _ = self.started(url, **environment)
        self.assertFalse(serves, log)
        line = [one for one in log.splitlines() if one.startswith("cofferd: ")][-1]
        for word in words:
            self.assertIn(word, line)

    def test_S4_another_host_is_reached_by_verified_TLS_however_it_is_named(self):
        port, ca = self.server.port, {"PGSSLROOTCERT": self.certificates / "ca.crt"}
        services = self.certificates / "services"
        services.write_text(f"[far]\nhost={ADDRESS}\nport={port}\ndbname=coffer\nuser=postgres\n",
                            encoding="ascii")
        bare = "postgresql://postgres@/coffer"
        ways = [(self.to(), {}), (bare, {"PGHOST": ADDRESS, "PGPORT": port}),
                (bare, {"PGHOSTADDR": ADDRESS, "PGPORT": port}),
                ("postgresql:///?service=far", {"PGSERVICEFILE": services}),
                ("postgresql:///", {"PGSERVICEFILE": services, "PGSERVICE": "far"}),
                (self.to(f"?hostaddr={ADDRESS}", "db.example"), {})]
        for url, environment in ways:
            with self.subTest(url=url, environment=environment):
                self.check_serves(url, "verify-full", "ca.crt", **environment, **ca)
                self.check_refused(url, "certificate verify failed", "sslrootcert", **environment)

    def test_S4_plaintext_to_another_host_is_only_what_was_asked_for(self):
        self.check_serves(self.to("?sslmode=disable"), "store_in_plaintext", ssl="f")
        self.check_serves(self.to(), "store_in_plaintext", ssl="f", PGSSLMODE="disable")
        self.change("ssl = off")
        for query in ("", "?sslmode=prefer", "?sslmode=allow", "?sslmode=require"):
            self.check_refused(self.to(query), "does not support SSL", "sslmode=disable")
        self.check_refused(self.to("?hostaddr=127.0.0.1", "127.0.0.1.example"),
                           "does not support SSL")
        self.check_serves(self.to(host="127.0.0.1"), ssl="f")

    def test_S4_what_the_URL_or_a_variable_says_of_TLS_is_followed_and_told(self):
        self.check_serves(self.to("?sslmode=require"), "sslmode require")
        self.check_serves(self.to(), "sslmode require", PGSSLMODE="require")
        self.check_serves(self.to("?sslmode=prefer"), "sslmode require")
        ca = self.certificates / "ca.crt"
        self.check_serves(self.to(f"?sslmode=verify-ca&sslrootcert={ca}"), "sslmode verify-ca")

    def test_S4_each_failure_of_TLS_has_its_own_line(self):
        ca = self.certificates / "ca.crt"
        good = f"sslrootcert={ca}"
        self.check_refused(self.to(f"?sslrootcert={self.certificates}/other.crt"),
                           "certificate verify failed", "authority")
        self.check_refused(self.to("?sslrootcert=/nowhere.crt"), "/nowhere.crt", "does not exist",
                           "in PEM")
        self.check_refused(self.to(f"?{good}&hostaddr={ADDRESS}", "other.example"),
                           "does not match host name", "for another name")
        self.check_refused(self.to(f"?{good}&ssl_min_protocol_version=TLSv1.3&"
                                   "ssl_max_protocol_version=TLSv1.2"), "protocol")
        self.check_refused(self.to("?sslmode=disable&channel_binding=require"), "channel binding")
        self.let(self.server, f"hostssl all all {ADDRESS}/32 cert")
        self.server.reload()
        self.check_refused(self.to("?sslmode=disable"), "no encryption", "only by TLS")
        self.change("ssl_ca_file = '" + self.own("ca.crt") + "'")
        self.check_refused(self.to(f"?{good}"), "client certificate", "sslcert and sslkey")
        client = self.certificates / "client"
        client.with_suffix(".key").chmod(0o600)
        self.check_serves(self.to(f"?{good}&sslcert={client}.crt&sslkey={client}.key"))

    def own(self, name):
        """A copy that the server can read."""
        copy = self.server.data / name
        shutil.copy(self.certificates / name, copy)
        copy.chmod(0o644)
        return str(copy)


if __name__ == "__main__":
    unittest.main()
