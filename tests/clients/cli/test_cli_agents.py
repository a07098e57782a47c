"""A1, A2, A3: agents' tokens on the command line."""

import unittest

from cli_case import CliCase

MINUTE = 60_000


class Agents(CliCase):
    """Each test has a company of its own."""

    def issue(self, company, agent="agt_bob", *scopes):
        words = [word for one in scopes or ("memory:read",) for word in ("--scope", one)]
        return self.json("agent", "issue", company, agent, *words)

    def fetch(self, company, agent="agt_bob"):
        token = self.run_cli("agent", "fetch", company, agent)
        self.assertTrue(token.startswith(b"cagt_"), "no token")
        return token

    def refusal(self, company, token, *words, agent="agt_bob"):
        """Why a token is refused."""
        said = self.json("agent", "validate", company, agent, *words, value=token, code=10,
                         answered=True)
        self.assertEqual(sorted(said), ["good", "reason", "text"])
        self.assertFalse(said["good"])
        return said["reason"]

    def test_A1_a_token_is_issued_listed_and_fetched(self):
        self.assertIn(b"no tokens", self.run_cli("agent", "list", "cmp_life"))
        shown = self.run_cli("agent", "issue", "cmp_life", "agt_bob", "--scope", "memory:read",
                             "--scope", "tools:call:*", "--expires", "+90d").decode()
        self.assertRegex(shown, r"(?s)kid +\w{10}\nagent +agt_bob\nscopes +memory:read tools:call:"
                                r"\*\n.*expires +20.*\(in 90 days\)\nrevoked +-\n")
        row, = self.table("agent", "list", "cmp_life")
        self.assertEqual((row["AGENT"], row["STATE"], row["EXPIRES"]),
                         ("agt_bob", "good", "in 90 days"))
        token = self.fetch("cmp_life")
        self.assertIn(row["KID"].encode(), token)
        self.assertNotIn(token, shown.encode())

    def test_A1_json_of_tokens_has_no_secret(self):
        made = self.issue("cmp_json", "agt_bob", "memory:read", "tools:*")
        self.assertEqual((made["agent"], made["scopes"]), ("agt_bob", "memory:read tools:*"))
        other = self.issue("cmp_json", "agt_al")
        found = self.json("agent", "list", "cmp_json")
        self.assertEqual({one["kid"] for one in found}, {made["kid"], other["kid"]})
        self.assertEqual([one["kid"] for one in self.json("agent", "list", "cmp_json", "agt_al")],
                         [other["kid"]])
        about = self.run_cli("agent", "fetch", "cmp_json", "agt_bob", "--json")
        self.assertNotIn(b"cagt_", about)
        shown = self.json("agent", "fetch", "cmp_json", "agt_bob", "--reveal")
        self.assertTrue(shown["value"].startswith("cagt_"), "no token")
        self.assertEqual(shown["freshness"], "fresh")

    def test_A1_a_terminal_sees_a_token_only_if_asked_to(self):
        self.issue("cmp_show")
        code, screen = self.in_terminal("agent", "fetch", "cmp_show", "agt_bob")
        self.assertEqual(code, 64)
        self.assertNotIn(b"cagt_", screen)
        code, screen = self.in_terminal("agent", "fetch", "cmp_show", "agt_bob", "--reveal")
        self.assertEqual(code, 0)
        self.assertIn(b"cagt_", screen)

    def test_A2_a_good_token_is_told_what_it_grants(self):
        made = self.issue("cmp_good", "agt_bob", "memory:read", "tools:call:github.*")
        token = self.fetch("cmp_good")
        words = ("agent", "validate", "cmp_good", "agt_bob")
        self.assertRegex(self.run_cli(*words, value=token + b"\n").decode(),
                         r"good +yes\nkid +\w{10}\nscopes +memory:read tools:call:github\.\*\n")
        said = self.json(*words, "--scope", "tools:call:github.search", value=token)
        self.assertEqual(said, {"good": True, "kid": made["kid"], "scopes": made["scopes"],
                                "expires_at": None, "freshness": "fresh", "age": None})

    def test_A2_a_token_that_is_not_good_has_its_reason(self):
        self.issue("cmp_bad")
        self.issue("cmp_bad", "agt_al")
        self.issue("cmp_else")
        token = self.fetch("cmp_bad")
        last = token[-1:]
        flipped = token[:-1] + (b"1" if last == b"0" else b"0")
        self.assertEqual(self.refusal("cmp_bad", flipped), "token_unknown")
        self.assertEqual(self.refusal("cmp_bad", b"canary"), "token_unknown")
        self.assertEqual(self.refusal("cmp_bad", token, agent="agt_al"), "wrong_agent")
        self.assertEqual(self.refusal("cmp_else", token), "wrong_company")
        self.assertEqual(self.refusal("cmp_bad", token, "--scope", "memory:write"), "missing_scope")
        done = self.run_raw("agent", "validate", "cmp_bad", "agt_al", value=token)
        self.assertEqual((done.returncode, done.stdout), (10, b""))
        self.assertEqual(done.stderr.count(b"\n"), 1)
        self.assertIn(b"coffer: wrong_agent: ", done.stderr)
        self.assertNotIn(token, done.stderr)

    def test_A3_an_old_token_is_refused_after_rotation_and_after_its_overlap_not_before(self):
        self.issue("cmp_rotate")
        first = self.fetch("cmp_rotate")
        made = self.json("agent", "rotate", "cmp_rotate", "agt_bob", "--overlap", "10m",
                         "--scope", "memory:*")
        self.assertEqual(made["scopes"], "memory:*")
        second = self.fetch("cmp_rotate")
        self.assertIn(made["kid"].encode(), second)
        old = [one for one in self.json("agent", "list", "cmp_rotate") if one["expires_at"]]
        self.assertEqual(old[0]["expires_at"] - made["issued_at"], 10 * MINUTE)
        for token in (first, second):
            self.run_cli("agent", "validate", "cmp_rotate", "agt_bob", value=token)
        self.run_cli("agent", "rotate", "cmp_rotate", "agt_bob")
        self.assertEqual(self.refusal("cmp_rotate", second), "token_revoked")

    def test_A3_a_revoked_token_is_refused(self):
        made = self.issue("cmp_revoke")
        token = self.fetch("cmp_revoke")
        self.run_cli("agent", "revoke", "cmp_revoke", "agt_bob", "--kid", "", code=64)
        self.run_cli("agent", "validate", "cmp_revoke", "agt_bob", value=token)
        self.run_cli("agent", "rotate", "cmp_revoke", "agt_bob", "--overlap", "10m")
        other = self.fetch("cmp_revoke")
        said = self.json("agent", "revoke", "cmp_revoke", "agt_bob", "--kid", made["kid"])
        self.assertEqual(said, {"revoked": 1})
        self.assertEqual(self.refusal("cmp_revoke", token), "token_revoked")
        self.run_cli("agent", "validate", "cmp_revoke", "agt_bob", value=other)
        states = {row["KID"]: row["STATE"] for row in self.table("agent", "list", "cmp_revoke")}
        self.assertEqual(states.pop(made["kid"]), "revoked")
        self.assertEqual(list(states.values()), ["good"])
        self.issue("cmp_all")
        self.assertEqual(self.run_cli("agent", "revoke", "cmp_all", "agt_bob"),
                         b"revoked 1 token of agt_bob\n")
        self.run_cli("agent", "fetch", "cmp_all", "agt_bob", code=66)

    def test_A1_exit_codes_of_tokens(self):
        self.issue("cmp_codes")
        self.run_cli("agent", "issue", "cmp_codes", "agt_bob", "--scope", "memory:read", code=73)
        self.run_cli("agent", "issue", "cmp_codes", "agt_al", code=64)
        self.run_cli("agent", "issue", "cmp_codes", "agt_al", "--scope", "", code=64)
        self.run_cli("agent", "issue", "cmp_codes", "agt_al", "--scope", "a b*c", code=65)
        self.run_cli("agent", "fetch", "cmp_codes", "agt_al", code=66)
        self.run_cli("agent", "rotate", "cmp_codes", "agt_al", code=66)
        self.run_cli("agent", "rotate", "cmp_codes", "agt_bob", "--overlap", "8d", code=65)
        self.run_cli("agent", "rotate", "cmp_codes", "agt_bob", "--overlap", "soon", code=64)
        self.run_cli("agent", "revoke", "cmp_codes", "agt_al", code=66)
        self.run_cli("agent", "validate", "cmp_codes", "agt_bob", value=b"", code=65)
        self.run_cli("agent", "validate", "cmp_codes", "agt_bob", "--scope", "", value=b"x",
                     code=64)

    def test_A2_a_token_on_the_command_line_is_refused_and_not_repeated(self):
        self.run_cli("agent", "validate", "cmp_argv", "agt_bob", "cagt_canary", code=64)
        self.run_cli("agent", "validate", "cmp_argv", "agt_bob", "--token=canary", code=64)

    def test_A2_a_prompt_hides_the_token(self):
        self.issue("cmp_tty")
        code, screen = self.in_terminal("agent", "validate", "cmp_tty", "agt_bob",
                                        typed=b"cagt_canary\n", until=b"(hidden)")
        self.assertEqual(code, 10)
        self.assertNotIn(b"canary", screen)
        self.assertIn(b"token_unknown", screen)


if __name__ == "__main__":
    unittest.main()
