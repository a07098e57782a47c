"""H: a value comes out as it went in, from a file and from a paste into the prompt."""

import contextlib
import os
import pty
import subprocess
import termios
import unittest

from cli_case import COFFER, CliCase
from daemon import clean_environment

PEM = (b"-----BEGIN OPENSSH PRIVATE KEY-----\nY2FuYXJ5\nY2FuYXJ5\n"
       b"-----END OPENSSH PRIVATE KEY-----\n")
PASTE, END = b"\x1b[200~", b"\x1b[201~"
MARK = b"\xef\xbb\xbf"


class Files(CliCase):
    """What comes by standard input."""

    def store(self, value, *options):
        """(what came out, what was said) of a value that was put in."""
        done = self.run_raw("integration", "set", "cmp_in", "a", "--replace", *options, value=value)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.run_cli("integration", "fetch", "cmp_in", "a"), done.stderr.decode()

    def test_H_a_file_of_several_lines_stays_as_it_is(self):
        for value in (PEM, PEM[:-1], PEM + b"\n", b'{\n  "type": "service_account"\n}\n',
                      b"line one\nline two"):
            self.assertEqual(self.store(value), (value, ""))

    def test_H_what_is_no_text_stays_as_it_is(self):
        for value in (b"\x30\x82\x01\n", b"\x00\n", b"\xff\xfe\n", bytes(range(256))):
            self.assertEqual(self.store(value)[0], value)

    def test_H_a_line_loses_its_line_break(self):
        self.assertEqual(self.store(b"xoxb-1\n"), (b"xoxb-1", ""))
        self.assertEqual(self.store(b"xoxb-1"), (b"xoxb-1", ""))

    def test_H_what_cannot_be_meant_is_dropped_and_told(self):
        for value in (b"xoxb-1\r\n", b"xoxb-1\n\n", b"xoxb-1\r", MARK + b"xoxb-1\n",
                      MARK + b"xoxb-1\r\n\r\n"):
            stored, said = self.store(value)
            self.assertEqual(stored, b"xoxb-1", value)
            self.assertIn("coffer: note: ", said)
            self.assertIn("dropped", said)

    def test_H_what_looks_wrong_and_stays_is_told(self):
        for value in (b" xoxb-1", b"xoxb-1 ", b"\txoxb-1", PEM.replace(b"\n", b"\r\n"), MARK + PEM,
                      "xoxb-1\r\n".encode("utf-16")):
            stored, said = self.store(value)
            self.assertEqual(stored, value)
            self.assertIn("stay", said)

    def test_H_exact_takes_every_byte(self):
        for value in (b"xoxb-1\n", b"\n", MARK + b"xoxb-1\r\n", PEM):
            self.assertEqual(self.store(value, "--exact"), (value, ""))
        self.run_cli("integration", "rotate", "cmp_in", "a", "--exact", value=b"v\n")
        self.assertEqual(self.run_cli("integration", "fetch", "cmp_in", "a"), b"v\n")

    def test_H_a_line_of_nothing_else_is_empty(self):
        for value in (b"\n\n", b"\r\n", MARK, MARK + b"\n"):
            self.run_cli("integration", "set", "cmp_in", "b", value=value, code=65)


class Prompts(CliCase):
    """What is typed or pasted into the hidden prompt; and what the shell would get of it."""

    def paste(self, typed, terminal="xterm"):
        """(exit code, what the terminal showed, what is left to be read) of a paste at once."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        process = subprocess.Popen(
            [COFFER, "integration", "set", "cmp_tty", "a", "--replace"], stdin=slave, stdout=slave,
            stderr=slave, start_new_session=True,
            env=clean_environment(COFFER_SOCKET=self.daemon.socket, TERM=terminal))
        shown = b""
        while b"(hidden): " not in shown:
            shown += os.read(master, 4096)
        os.write(master, typed)
        code = process.wait(60)
        return code, shown + self.rest(master), self.rest(slave)

    def rest(self, terminal):
        """What can be read at once."""
        mode = termios.tcgetattr(terminal)
        mode[3] &= ~termios.ICANON
        mode[6][termios.VMIN] = 0
        termios.tcsetattr(terminal, termios.TCSANOW, mode)
        os.set_blocking(terminal, False)
        with contextlib.suppress(BlockingIOError):
            return os.read(terminal, 65536)
        return b""

    def assert_stored(self, typed, value, **options):
        code, shown, left = self.paste(typed, **options)
        self.assertEqual((code, left), (0, b""), shown)
        self.assertNotIn(b"Y2FuYXJ5", shown)
        self.assertEqual(self.run_cli("integration", "fetch", "cmp_tty", "a"), value)

    def assert_refused(self, typed, why, **options):
        self.run_raw("integration", "delete", "cmp_tty", "a", "--yes")
        code, shown, left = self.paste(typed, **options)
        self.assertEqual((code, left), (65, b""), shown)
        self.assertIn(why, shown)
        self.assertNotIn(b"Y2FuYXJ5", shown)
        self.run_cli("integration", "show", "cmp_tty", "a", code=66)

    def test_H_a_marked_paste_is_taken_whole(self):
        self.assert_stored(PASTE + PEM.replace(b"\n", b"\r") + END + b"\r", PEM)
        self.assert_stored(PASTE + PEM[:-1] + END + b"\n", PEM)
        self.assert_stored(PASTE + b"xoxb-1" + END + b"\n", b"xoxb-1")
        self.assert_stored(PASTE + b"xoxb-1\n" + END + b"\n", b"xoxb-1")
        self.assert_stored(PASTE + b'{\n "a": 1\n}' + END + b"\n", b'{\n "a": 1\n}')
        self.assert_stored(b"xo" + PASTE + b"xb" + END + b"-1\n", b"xoxb-1")

    def test_H_an_unmarked_key_is_taken_whole(self):
        self.assert_stored(PEM, PEM, terminal="dumb")
        self.assert_stored(PEM[:-1] + b"\n", PEM, terminal="dumb")
        self.assert_stored(PEM + PEM, PEM + PEM, terminal="dumb")

    def test_H_a_key_without_its_end_is_refused_and_taken_off_the_terminal(self):
        half = b"".join(PEM.splitlines(keepends=True)[:2])
        self.assert_refused(half, b"no -----END", terminal="dumb")
        self.assert_refused(half + b"rm -rf /", b"no -----END", terminal="dumb")
        self.assert_refused(PEM + b"rm -rf /\n", b"-----END", terminal="dumb")
        self.assert_refused(PASTE + half + END + b"\n", b"no -----END")

    def test_H_other_lines_are_refused_and_taken_off_the_terminal(self):
        for typed in (b"one\ntwo\n", b"one\ntwo", b"one\n" * 2000, b"v" * 5000 + b"\nls\n"):
            self.assert_refused(typed, b"instead of the prompt", terminal="dumb")
        self.assert_refused(PASTE + b"one" + END + b"\ntwo\n", b"more than one line")

    def test_H_the_terminal_is_asked_for_marks_and_told_when_it_is_over(self):
        _, shown, _ = self.paste(b"v\n")
        self.assertIn(b"\x1b[?2004h", shown)
        self.assertTrue(shown.endswith(b"\r\n"))
        self.assertLess(shown.index(b"\x1b[?2004h"), shown.index(b"\x1b[?2004l"))
        _, shown, _ = self.paste(b"v\n", terminal="dumb")
        self.assertNotIn(b"\x1b", shown)


if __name__ == "__main__":
    unittest.main()
