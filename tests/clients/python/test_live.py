"""C1, I3, I4: the same conversation with a real daemon that every shim must manage.

The daemon is the one at COFFER_TEST_SOCKET or, without it, one of the test's own, which the path of
tests/integration and COFFER_BINARY_DIR must then make possible: there is no third way, and no skip.
"""

import contextlib
import http.server
import os
import pathlib
import subprocess
import sys
import threading
import unittest

import coffer

COMPANY = f"cmp_live_{os.getpid()}"  # a daemon may be shared
PAGES = f"{COMPANY}_pages"
EXAMPLE = pathlib.Path(__file__).resolve().parents[3] / "clients" / "python" / "example.py"
ORCHESTRATOR = EXAMPLE.with_name("example_run.py")


@contextlib.contextmanager
def connected():
    """A client of a real daemon."""
    path = os.environ.get("COFFER_TEST_SOCKET")
    with contextlib.ExitStack() as stack:
        if not path:
            from daemon import Daemon

            path = stack.enter_context(Daemon()).socket
        yield stack.enter_context(coffer.connect(path))


class Live(unittest.TestCase):
    """Set, list, show, fetch, rotate, fetch, delete."""

    def test_C1_a_credentials_life(self):
        with connected() as c:
            c.ping()
            self.assertIn(c.status()["store"], ("sqlite", "postgresql"))
            made = c.set(COMPANY, "slack", "xoxb-1", label="Slack of Acmé", scopes="chat:write")
            self.assertEqual((made.provider, made.label), ("slack", "Slack of Acmé"))
            self.assertRaises(coffer.AlreadyExists, c.set, COMPANY, "slack", "xoxb-2")
            made = c.set(COMPANY, "slack", "xoxb-1", label="Slack of all", replace=True)
            self.assertEqual(made.label, "Slack of all")
            self.assertEqual([one.integration for one in c.list(COMPANY)], ["slack"])
            self.assertEqual(c.fetch(COMPANY, "slack").reveal(), "xoxb-1")
            turned = c.rotate(COMPANY, "slack", b"\xff\0binary", if_version=made.version,
                              expires_at=99)
            self.assertRaises(coffer.VersionConflict, c.rotate, COMPANY, "slack", "x",
                              if_version=made.version)
            secret = c.fetch(COMPANY, "slack")
            self.assertEqual(secret.reveal_bytes(), b"\xff\0binary")
            self.assertEqual((secret.version, secret.freshness, secret.expires_at),
                             (turned.version, "fresh", 99))
            shown = c.show(COMPANY, "slack")
            self.assertEqual(shown.version, turned.version)
            list(c.audit(COMPANY))  # ships the records, and with them the times of last use
            self.assertGreaterEqual(c.show(COMPANY, "slack").last_used_at, shown.created_at)
            c.delete(COMPANY, "slack")
            self.assertRaises(coffer.NotFound, c.fetch, COMPANY, "slack")

    def test_all_pages_of_a_list(self):
        with connected() as c:
            names = [f"i{number:03}" for number in range(450)]
            for name in names:
                c.set(PAGES, name, "v", label="l" * 256)
            self.assertEqual([one.integration for one in c.list(PAGES)], names)
            for name in names:
                c.delete(PAGES, name)
            self.assertEqual(list(c.list(PAGES)), [])


class Api(http.server.BaseHTTPRequestHandler):
    """An API that remembers what it was sent; /moved redirects."""

    def do_GET(self):
        self.server.seen.append((self.path, self.headers["Authorization"]))
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/target")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Example(unittest.TestCase):
    """clients/python/example*.py: the credential reaches the API and nothing else."""

    def run_example(self, path, *arguments, orchestrator=()):
        return subprocess.run(
            [sys.executable, *orchestrator, EXAMPLE, COMPANY, *arguments], capture_output=True,
            text=True, timeout=60, check=False,
            env={**os.environ, "COFFER_SOCKET": path, "no_proxy": "127.0.0.1",
                 "PYTHONPATH": str(EXAMPLE.parent)})

    @contextlib.contextmanager
    def serving(self):
        """An Api, and where it is."""
        with http.server.HTTPServer(("127.0.0.1", 0), Api) as api:
            api.seen = []
            thread = threading.Thread(target=api.serve_forever)
            thread.start()
            try:
                yield api, f"http://127.0.0.1:{api.server_port}"
            finally:
                api.shutdown()
                thread.join()

    def test_I4_an_adapter_uses_a_credential_and_does_not_print_it(self):
        with connected() as c, self.serving() as (api, here):
            c.set(COMPANY, "example", "xoxb-canary", replace=True)
            said = [self.run_example(c.socket, "example", here + path) for path in ("/", "/moved")]
            said.append(self.run_example(c.socket, "nothing", here))
            said.append(self.run_example(c.socket, "example", "http://localhost.example/"))
            c.delete(COMPANY, "example")
        self.assertEqual([one.returncode for one in said], [0, 0, 1, 2], said)
        self.assertIn("HTTP 200", said[0].stdout)
        self.assertIn("not_found", said[2].stderr)
        self.assertEqual(api.seen, [("/", "Bearer xoxb-canary"), ("/moved", "Bearer xoxb-canary"),
                                    ("/target", None)])
        self.assertNotIn("canary", str(said))

    def test_R3_an_orchestrator_hands_a_runs_authority_to_an_adapter(self):
        run, other = f"run_{os.getpid()}", COMPANY + "_other"
        begin = [ORCHESTRATOR, COMPANY, run, "agt_a", sys.executable]
        elsewhere = [ORCHESTRATOR, other, run, "agt_a", sys.executable]
        with connected() as c, self.serving() as (api, here):
            c.set(COMPANY, "example", "xoxb-canary", replace=True)
            said = [self.run_example(c.socket, "example", here + "/", orchestrator=one)
                    for one in (begin, elsewhere)]
            self.assertEqual([*c.runs(COMPANY), *c.runs(other)], [])
            c.delete(COMPANY, "example")
        self.assertEqual([one.returncode for one in said], [0, 1], said)
        self.assertIn("HTTP 200", said[0].stdout)
        self.assertIn("denied", said[1].stderr)
        self.assertEqual(api.seen, [("/", "Bearer xoxb-canary")])
        self.assertNotIn("canary", str(said))


if __name__ == "__main__":
    unittest.main()
