"""The bounds of every field type."""

from encode import record, u64
from messages import MESSAGES, declared, distinct_messages, fields_of, lists, sample
from vector_case import decoded, error_reply, refused, short

FETCH, SET = "integration_fetch_request", "integration_set_request"
TOKEN = "token_fetch_reply"


def takes(name, about, rule, message, blamed, value):
    return decoded(name, about, rule, message, sample(message, **{blamed: value}))


def refuses(name, about, rule, message, blamed, content):
    fields = fields_of(message, sample(message), {blamed: content})
    return refused(name, about, rule, message, fields, "invalid_field", blamed)


def identifiers():
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-"
    for name, about, value in (
        ("one_byte", "The shortest identifier.", "c"),
        ("128_bytes", "The longest identifier.", "c" * 128),
        ("whole_alphabet", "Every byte that an identifier may hold.", alphabet),
    ):
        yield takes("fetch_company_" + name, about, "P3.1", FETCH, "company", value)
    for name, about, content in (
        ("empty", "An identifier has at least one byte.", b""),
        ("129_bytes", "One byte past the longest identifier.", b"c" * 129),
        ("with_space", "A space is outside the alphabet.", b"cmp acme"),
        ("with_slash", "A slash is outside the alphabet: no paths.", b"../acme"),
        ("with_nul", "A NUL does not end an identifier.", b"cmp_acme\0"),
        ("with_newline", "A line end at the end is not forgiven.", b"cmp_acme\n"),
        ("not_ascii", "Letters beyond ASCII are outside the alphabet.", "cmp_caf\u00e9".encode()),
    ):
        yield refuses("fetch_company_" + name, about, "P3.1", FETCH, "company", content)
    yield refuses("fetch_integration_empty", "The second field is judged like the first.",
                  "P3.1", FETCH, "integration", b"")
    yield refuses("list_after_bad_byte", "An optional identifier is judged when it is there.",
                  "P3.1", "integration_list_request", "after", b"git hub")
    yield refuses("set_provider_empty", "An optional identifier is absent or has a byte.",
                  "P3.1", SET, "provider", b"")


def texts():
    edges = "\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"
    for name, about, value in (
        ("empty", "A text may be empty, which is not the same as absent.", ""),
        ("256_bytes", "The longest label.", "l" * 256),
        ("256_bytes_in_128_characters", "The bound counts bytes.", "\u00e9" * 128),
        ("utf8_of_each_size", "Sequences of one to four bytes.", "a\u00e9\u20ac\U0001f600"),
        ("utf8_edges", "The first and last code points of each sequence size.", edges),
        ("after_controls", "U+0020, U+007E and U+00A0 stand next to the controls.", " ~\u00a0"),
        ("quotes", "Quotes and backslashes are plain characters.", "\"'\\{}"),
    ):
        yield takes("set_label_" + name, about, "P3.2 P3.3", SET, "label", value)
    for name, about, content in (
        ("257_bytes", "One byte past the longest label.", b"l" * 257),
        ("257_bytes_in_129_characters", "The bound counts bytes.", "\u00e9".encode() * 128 + b"l"),
        ("lone_continuation", "A continuation byte begins no sequence.", b"a\x80"),
        ("overlong_two_bytes", "U+002F in two bytes.", b"\xc0\xaf"),
        ("overlong_c1", "U+007F in two bytes.", b"\xc1\xbf"),
        ("overlong_three_bytes", "U+07FF in three bytes.", b"\xe0\x9f\xbf"),
        ("overlong_four_bytes", "U+FFFF in four bytes.", b"\xf0\x8f\xbf\xbf"),
        ("surrogate_low", "U+D800 is no character.", b"\xed\xa0\x80"),
        ("surrogate_high", "U+DFFF is no character.", b"\xed\xbf\xbf"),
        ("past_unicode", "U+110000 does not exist.", b"\xf4\x90\x80\x80"),
        ("lead_f5", "No sequence begins with F5.", b"\xf5\x80\x80\x80"),
        ("byte_ff", "FF occurs nowhere in UTF-8.", b"\xff"),
        ("cut_after_one_of_two", "The second byte is missing.", b"caf\xc3"),
        ("cut_after_two_of_three", "The third byte is missing.", b"\xe2\x82"),
        ("cut_after_three_of_four", "The fourth byte is missing.", b"\xf0\x9f\x98"),
        ("broken_second_byte", "A plain byte where a continuation must be.", b"\xc3("),
        ("broken_third_byte", "A plain byte where a continuation must be.", b"\xe2\x82("),
        ("broken_fourth_byte", "A plain byte where a continuation must be.", b"\xf0\x9f\x98("),
    ):
        yield refuses("set_label_" + name, about, "P3.2", SET, "label", content)
    for name, about, content in (
        ("nul", "U+0000", b"a\0b"),
        ("newline", "U+000A would forge a line of a log", b"a\nb"),
        ("escape", "U+001B would steer a terminal", b"\x1b[2J"),
        ("unit_separator", "U+001F, the last of C0", b"\x1f"),
        ("delete", "U+007F", b"\x7f"),
        ("c1_first", "U+0080, the first of C1", b"\xc2\x80"),
        ("c1_last", "U+009F, the last of C1", b"\xc2\x9f"),
    ):
        yield refuses("set_label_control_" + name, about + ": no control characters.", "P3.3",
                      SET, "label", content)


def each_identifier():
    """In every message: what an identifier refuses and a text would not."""
    for message in distinct_messages():
        full = sample(message, full=True)
        for _, blamed, kind, _ in declared(message):
            if kind == "identifier":
                fields = fields_of(message, full, {blamed: b"a b"})
                yield refused(f"{short(message)}_{blamed}_with_space",
                              "This field is an identifier.", "P3.1 P5.2", message, fields,
                              "invalid_field", blamed)


# The bound of each text, by the message or record that has it.
TEXTS = {
    "hello_request": {"client": 256},
    "hello_reply": {"server": 256},
    "status_reply": {"version": 64, "memory_mode": 32, "key_source": 32, "key_id": 64,
                     "store": 32, "audit_state": 32},
    "integration_set_request": {"label": 256, "scopes": 1024},
    "integration_show_reply": {"label": 256, "status": 32, "scopes": 1024, "last_error": 1024},
    "token_issue_request": {"scopes": 1024},
    "token_issue_reply": {"scopes": 1024},
    "token_rotate_request": {"scopes": 1024},
    "token_validate_request": {"scope": 256},
    "token_validate_reply": {"scopes": 1024},
    "policy_explain_request": {"unit": 256, "operation": 64},
    "integration_record": {"label": 256, "status": 32, "scopes": 1024, "last_error": 1024},
    "token_record": {"scopes": 1024},
    "audit_record": {"operation": 32, "outcome": 32, "rule": 256},
    "chain_record": {"where": 1024, "holes": 1024},
    "verdict_record": {"rule": 64, "reason": 256},
    "host_record": {"name": 256, "version": 64, "keys": 512},
}


def text_bounds():
    for message in MESSAGES:
        for blamed, bound in TEXTS.get(message, {}).items():
            yield takes(f"{short(message)}_{blamed}_{bound}_bytes",
                        "The longest text of this field.", "P3.2 P5.2", message, blamed,
                        "t " * (bound // 2))
            yield refuses(f"{short(message)}_{blamed}_{bound + 1}_bytes",
                          "One byte past this field's bound.", "P3.2 P5.2", message, blamed,
                          b"t" * (bound + 1))
    for message, name, kind in lists():
        for blamed, bound in TEXTS.get(kind, {}).items():
            longest = sample(kind, **{blamed: "t " * (bound // 2)})
            yield takes(f"{short(message)}_record_{blamed}_{bound}_bytes",
                        "The longest text of this field of a record.", "P3.2 P3.9", message, name,
                        [longest])
            long = record(fields_of(kind, sample(kind, full=True), {blamed: b"t" * (bound + 1)}))
            yield refuses(f"{short(message)}_record_{blamed}_{bound + 1}_bytes",
                          "One byte past the bound of this field of a record.", "P3.2 P3.9",
                          message, name, long)
    for blamed, bound in (("name", 64), ("text", 1024)):
        yield error_reply(f"error_{blamed}_{bound}_bytes", "The longest text of this field.",
                          "P3.2 P7.1", sample("error", **{blamed: "t" * bound}))
        long = fields_of("error", sample("error"), {blamed: b"t" * (bound + 1)})
        yield error_reply(f"error_{blamed}_{bound + 1}_bytes", "One byte past this field's bound.",
                          "P3.2 P7.1", None, fields=long, outcome="invalid_field", blamed=blamed)


def secrets():
    rotate, reply = "integration_rotate_request", "integration_fetch_reply"
    for name, message, blamed in (
        ("set_value", SET, "value"), ("rotate_value", rotate, "value"),
        ("fetch_reply_value", reply, "value"), ("token_fetch_reply_value", TOKEN, "value"),
        ("ticket_issue_reply_ticket", "ticket_issue_reply", "ticket"),
    ):
        yield takes(name + "_65536_bytes", "The largest secret.", "P3.4", message, blamed,
                    [(b"a", 65536)])
        yield refuses(name + "_65537_bytes", "One byte past the largest secret.", "P3.4",
                      message, blamed, [(b"a", 65537)])
        yield refuses(name + "_empty", "A secret has at least one byte.", "P3.4",
                      message, blamed, b"")
    yield takes("set_value_one_byte", "The smallest secret.", "P3.4", SET, "value", b"\0")
    yield takes("fetch_reply_value_all_bytes", "A secret is bytes, not text.", "P3.4",
                reply, "value", bytes(range(256)))
    for message, blamed in (("ticket_redeem_request", "ticket"),
                            ("token_validate_request", "token")):
        yield takes(f"{message}_{blamed}_all_bytes", "What somebody presents may be any bytes.",
                    "P3.4", message, blamed, bytes(range(256)))
        yield refuses(f"{message}_{blamed}_empty", "A secret has at least one byte.", "P3.4",
                      message, blamed, b"")


def numbers():
    request, reply = "integration_delete_request", "integration_fetch_reply"
    for name, value in (("zero", 0), ("2_53", 2**53), ("2_53_plus_1", 2**53 + 1),
                        ("2_63", 2**63), ("max", 2**64 - 1)):
        yield takes("delete_if_version_" + name, f"The number {value}.", "P3.5", request,
                    "if_version", value)
    for name, content in (("empty", b""), ("7_bytes", bytes(7)), ("9_bytes", bytes(9))):
        yield refuses("delete_if_version_" + name, "A u64 has exactly eight bytes.", "P3.5",
                      request, "if_version", content)
    yield refuses("hello_version_min_4_bytes", "No shorter form of a number.", "P3.5",
                  "hello_request", "version_min", b"\0\0\0\1")
    for name, content in (("empty", b""), ("two", b"\2"), ("ff", b"\xff"), ("two_bytes", b"\0\1")):
        yield refuses("set_replace_" + name, "A bool is one byte, 0 or 1.", "P3.6", SET,
                      "replace", content)
    for message in (reply, TOKEN):
        for name, content in (("3", u64(3)), ("256", u64(256)), ("2_32", u64(2**32)),
                              ("max", u64(2**64 - 1)), ("one_byte", b"\1"), ("empty", b"")):
            yield refuses(f"{short(message)}_freshness_{name}", "A u64 that is 0, 1 or 2.", "P3.7",
                          message, "freshness", content)
    for message, blamed in (("integration_rotate_request", "cut"), (reply, "fell_forward"),
                            ("policy_explain_reply", "allowed")):
        yield refuses(f"{short(message)}_{blamed}_two", "A bool is one byte, 0 or 1.", "P3.6",
                      message, blamed, b"\2")
    yield from new_numbers()


def new_numbers():
    """A number of each message that names no bound: what is out of range is the daemon's to say."""
    for message, blamed in (
        ("run_begin_request", "time_limit"), ("ticket_issue_request", "uid"),
        ("ticket_issue_request", "lifetime"), ("token_issue_request", "expires_at"),
        ("token_rotate_request", "overlap"), ("token_revoke_reply", "revoked"),
        ("run_list_request", "limit"), ("token_list_request", "limit"),
        ("audit_list_request", "after"), ("audit_list_request", "before"),
        ("policy_explain_request", "uid"), ("narrow_reply", "ends_at"),
        ("host_list_request", "limit"), ("audit_list_reply", "next"),
    ):
        yield takes(f"{message}_{blamed}_max", "The largest number is well-formed here.", "P3.5",
                    message, blamed, 2**64 - 1)
        yield refuses(f"{message}_{blamed}_7_bytes", "A u64 has exactly eight bytes.", "P3.5",
                      message, blamed, bytes(7))


def cases():
    yield from identifiers()
    yield from texts()
    yield from each_identifier()
    yield from text_bounds()
    yield from secrets()
    yield from numbers()
