"""G: what others wrote reaches a terminal without control, bidirectional and invisible characters.
F: descriptors 0 to 2 are open."""

import json
import os
import subprocess
import unicodedata
import unittest

from cli_case import COFFER, CliCase
from coffer import wire
from daemon import clean_environment
from fake_daemon import FakeDaemon, answering

HIDDEN = ("\u202e", "\u202d", "\u2066", "\u200f", "\u200b", "\u200d", "\u2028", "\u2029", "\u2060",
          "\ufeff", "\u00ad", "\u061c", "\u115f", "\u3164", "\ufe0f", "\U000e0041", "\U0001d173",
          "\u180e", "\u034f")
RECORD = {"integration": "slack", "provider": "slack", "status": "connected", "scopes": "",
          "version": 2, "created_at": 1, "rotated_at": 2}


def hidden_in(text):
    """Characters that a terminal would not show as they are."""
    return [c for c in text if c != "\n" and (c in HIDDEN or unicodedata.category(c) in
                                              ("Cc", "Cf", "Zl", "Zp"))]


class Terminal(CliCase):
    """Tables, lines and errors."""

    def say(self, words, script, value=b""):
        with FakeDaemon(script) as daemon:
            return self.run_raw(*words, socket=daemon.path, value=value)

    def test_G_labels_do_not_hide_or_turn_round(self):
        for mark in HIDDEN:
            label = f"ok {mark}detcennoc é 漢字"
            listing = {"integrations": [RECORD | {"label": label}], "more": False}
            shown = (f"\\U{ord(mark):08x}" if ord(mark) > 0xffff else f"\\u{ord(mark):04x}")
            for words in (("integration", "list", "cmp_a"), ("integration", "show", "cmp_a", "s")):
                script = answering(integration_list=listing,
                                   integration_show=RECORD | {"label": label})
                out = self.say(words, script).stdout.decode()
                self.assertEqual(hidden_in(out), [], words)
                self.assertIn(f"ok {shown}detcennoc é 漢字", out)
            out = self.say(("integration", "list", "cmp_a", "--json"),
                           answering(integration_list=listing)).stdout.decode()
            self.assertEqual(hidden_in(out), [])
            self.assertEqual(json.loads(out)[0]["label"], label)

    def test_G_columns_stay_in_line(self):
        rows = [RECORD | {"label": "a\u200bb"}, RECORD | {"label": "plain"}]
        out = self.say(("integration", "list", "cmp_a"), answering(
            integration_list={"integrations": rows, "more": False})).stdout.decode().splitlines()
        self.assertEqual(len({line.index("connected") for line in out[1:]}), 1)

    def test_G_a_false_daemons_errors_are_one_clean_line(self):
        for text in [f"x{mark}y" for mark in HIDDEN]:
            def refuse(connection, text=text):
                connection.greet()
                fields = wire.encode_fields(wire.ERROR, {"code": 20, "name": f"d{text[1]}",
                                                         "text": text})
                connection.send(wire.encode_frame(0x15, 3, connection.request(), fields))

            done = self.say(("integration", "fetch", "cmp_a", "slack"), refuse)
            self.assertEqual((done.returncode, done.stderr.count(b"\n")), (77, 1))
            self.assertEqual(hidden_in(done.stderr.decode()), [])

    def test_G_control_characters_from_a_false_daemon_are_no_answer(self):
        for text in ("\x1b[2J", "x\ncoffer: all is well", "\u009b31m", "\x07"):
            def refuse(connection, text=text):
                connection.greet()
                data = text.encode()
                field = bytes([1, 0, 0, 0, 8]) + (20).to_bytes(8, "big") + bytes(
                    [2, 0, 0, 0, 6]) + b"denied" + bytes([3, 0, 0, 0, len(data)]) + data
                connection.send(wire.encode_frame(0x15, 3, connection.request(), field))

            done = self.say(("integration", "fetch", "cmp_a", "slack"), refuse)
            self.assertEqual((done.returncode, done.stderr.count(b"\n")), (1, 1))
            self.assertEqual(hidden_in(done.stderr.decode()), [])

    def test_G_the_callers_own_words_come_back_clean(self):
        for word in ("a\x1b[31mb", "a\nb", "a\u202eb", "a\udcffb"):
            for words in ((word,), ("integration", "show", "cmp_a", "slack", word),
                          ("integration", "show", "cmp_a", word), ("policy", "check", word),
                          ("status", "--socket", "/nonexistent/" + word), ("--" + word,),
                          ("integration", "set", "cmp_a", "a", "--expires", word),
                          ("--server-user", word, "status"), ("audit", "export", "/none/" + word),
                          ("run", "exec", "cmp_a", "run_none", "--", word)):
                done = self.run_raw(*map(os.fsencode, words), value=b"v")
                self.assertNotEqual(done.returncode, 0, words)
                self.assertEqual(hidden_in(done.stderr.decode()), [], words)
                self.assertEqual(done.stderr.count(b"\n"), 1, words)

    def test_C2_an_id_that_breaks_its_rule_is_told_the_rule(self):
        rule = b"must be 1 to 128 of the characters A-Z a-z 0-9 _ . : -"
        for word in ("google/drive", "team@acme.com", "my key", "schlüssel", "🔑", "a" * 129, "",
                     "a\nb"):
            for words in (("set",), ("show",), ("fetch",)):
                done = self.run_raw("integration", *words, "cmp_a", "--", word, value=b"v")
                self.assertEqual(done.returncode, 65, done.stderr)
                self.assertIn(b"integration " + rule, done.stderr)


class Descriptors(CliCase):
    """Closed ones are not taken by the connection."""

    def closed(self, *fds, words=("status",)):
        """A finished process that was started without these."""
        return subprocess.run(
            [COFFER, *words], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: [os.close(fd) for fd in fds],
            env=clean_environment(COFFER_SOCKET=self.daemon.socket))

    def test_F_a_closed_standard_input_is_no_value(self):
        done = self.closed(0, words=("integration", "set", "cmp_closed", "a"))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot read standard input: Bad file descriptor", done.stderr)
        self.run_cli("integration", "show", "cmp_closed", "a", code=66)

    def test_F_a_closed_standard_output_is_an_error_unless_nothing_is_printed(self):
        done = self.closed(1)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write the output", done.stderr)
        self.assertEqual(self.closed(1, words=("ping",)).returncode, 0)

    def test_F_without_any_the_exit_code_still_tells(self):
        self.assertEqual(self.closed(0, 1, 2, words=("ping",)).returncode, 0)
        done = self.closed(0, 1, 2, words=("integration", "show", "cmp_closed", "none"))
        self.assertEqual(done.returncode, 66)


if __name__ == "__main__":
    unittest.main()
