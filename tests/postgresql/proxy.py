"""Stands between a client and a PostgreSQL server's Unix socket, and interferes on demand."""

import pathlib
import shutil
import socket
import struct
import tempfile
import threading
import urllib.parse

NOTIFICATION = b"A"


class Proxy:
    """`notifications`: "pass", "drop", or seconds by which they are late. A context manager."""

    def __init__(self, cluster):
        self.lead_to(cluster)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="coffer-px-"))
        self.notifications = "pass"
        self.dropped = self.delayed = 0
        self._pairs, self._lock, self._closing = [], threading.Lock(), False
        self._listening, self._silent = set(), set()  # clients' sockets
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.folder / ".s.PGSQL.5432"))
        self._listener.listen(64)
        self._threads = []
        self._start(self._accept)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._closing = True
        _end(self._listener)  # which wakes who waits for a connection
        self.cut()
        for one in self._threads:
            one.join()
        self._listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, what, *arguments):
        thread = threading.Thread(target=what, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def url(self, database="coffer"):
        host = urllib.parse.quote(str(self.folder), safe="")
        return f"postgresql://postgres@/{database}?host={host}&port=5432"

    def lead_to(self, cluster):
        """Where connections that are made from now on go to."""
        self.target = str(cluster.folder / f".s.PGSQL.{cluster.port}")

    def silence_listeners(self):
        """Forwards nothing any more on connections that listen, and ends none: what a firewall
        does that has forgotten them. How many there are."""
        with self._lock:
            found = self._listening - self._silent
            self._silent |= found
        return len(found)

    def cut(self, spare_listeners=False):
        """Ends every connection that goes through it, or those that do not listen."""
        with self._lock:
            spared = [one for one in self._pairs if spare_listeners and one[0] in self._listening]
            pairs = [one for one in self._pairs if one not in spared]
            self._pairs = spared
        for pair in pairs:
            for one in pair:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        return len(pairs)

    def _accept(self):
        while not self._closing:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.target)
            except OSError:
                client.close()
                server.close()
                continue
            with self._lock:
                self._pairs.append((client, server))
            self._start(self._answer, server, client, threading.Lock())

    def _forward(self, client, server):
        try:
            while data := client.recv(65536):
                if b"LISTEN" in data:
                    with self._lock:
                        self._listening.add(client)
                if client not in self._silent:
                    server.sendall(data)
        except OSError:
            pass
        _end(client, server)

    def _answer(self, server, client, writing):
        """Message by message: a type, and a length that counts itself."""
        requests = threading.Thread(target=self._forward, args=(client, server), daemon=True)
        requests.start()
        source = server.makefile("rb")
        try:
            while head := source.read(5):
                body = source.read(struct.unpack(">I", head[1:])[0] - 4)
                if head[:1] == NOTIFICATION and self._interfere(client, writing, head + body):
                    continue
                if client in self._silent:
                    continue
                with writing:
                    client.sendall(head + body)
        except (OSError, struct.error):
            pass
        _end(client, server)
        requests.join()
        for one in (source, client, server):
            one.close()

    def _interfere(self, client, writing, message):
        how = self.notifications
        if how == "pass":
            return False
        if how == "drop":
            self.dropped += 1
            return True

        def late():
            try:
                with writing:
                    client.sendall(message)
            except OSError:
                pass

        self.delayed += 1
        timer = threading.Timer(how, late)
        timer.daemon = True
        timer.start()
        return True


def _end(*sockets):
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
