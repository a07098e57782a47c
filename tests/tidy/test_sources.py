"""The checks that look into sources: lengths, banned, headers, format; and the reading of C++."""
import os
import unittest
from unittest import mock

import checks.format as format_check
import cpp
import functions
from temporary_tree import TreeCase
from tree import Tree

BODY = "  f();\n"


class Blanking(unittest.TestCase):
    def blank(self, text: str) -> str:
        blanked = cpp.blank(text, literals=True)
        self.assertEqual(len(blanked), len(text))
        self.assertEqual(blanked.count("\n"), text.count("\n"))
        return " ".join(blanked.split())

    def test_comments_and_literals(self):
        self.assertEqual(self.blank("a; // {\nb; /* {\n */ c;"), "a; b; c;")
        self.assertEqual(self.blank(r'f("{\"{", u8"//", L"");'), 'f(" ", u8" ", L"");')
        self.assertEqual(self.blank(r"f('{', '\'', '\\', '\"');"), "f(' ', ' ', ' ', ' ');")
        self.assertEqual(self.blank('f(R"x(")" // {)x", 1);'), 'f(R" ", 1);')

    def test_digit_separators_open_no_literal(self):
        self.assertEqual(self.blank("int x = 1'000'000, y = 0xFF'FF; // {"),
                         "int x = 1'000'000, y = 0xFF'FF;")

    def test_apostrophe_in_directive_ends_with_its_line(self):
        self.assertEqual(self.blank("#error don't\nint x; // y"), "#error don't int x;")


class Functions(unittest.TestCase):
    def lengths(self, text: str) -> dict[str, int]:
        return {f.name: f.lines for f in functions.of_cpp(cpp.blank(text, literals=True))}

    def assert_one(self, opening: str, name: str, closing: str = "}"):
        self.assertEqual(self.lengths(f"{opening}\n{BODY * 8}{closing}\n"), {name: 10}, opening)

    def test_signatures(self):
        self.assert_one("void f() {", "f")
        self.assert_one("static auto a::b::f(int x = {}) const& noexcept -> std::array<int, 3> {",
                        "a::b::f")
        self.assert_one("template <class T>\n  requires std::integral<T>\nT f(T x) {", "f")
        self.assert_one("struct client *opened(const char *path) {", "opened")
        self.assert_one("int x::operator()(int y) override {", "x::operator")
        self.assert_one("BOOST_AUTO_TEST_SUITE(s)\n\nBOOST_AUTO_TEST_CASE(it_holds) {", "it_holds")
        self.assert_one("void f() try {", "f")

    def test_constructors_with_initialisers(self):
        self.assert_one("x::x(int y) : a_{y}, b_(y), c_{{1, 2}} {", "x::x")
        self.assert_one("x::x(int y) noexcept : a_(y) {", "x::x")

    def test_in_namespaces_and_classes(self):
        for scope in ("namespace a::b {", "namespace {", "class x final : public y<z()> {",
                      'extern "C" {', "template <class T> struct alignas(8) x {"):
            self.assert_one(scope + " int a = 3; int b{3}; void f() {", "f", "}};")

    def test_lambdas_outside_functions(self):
        self.assert_one("const auto f = [](int x) {", "lambda", "};")
        self.assert_one("row rows[] = {{1, [] {", "lambda", "}}};")

    def test_inner_braces_belong_to_the_function(self):
        self.assertEqual(self.lengths("void f() {\nif (x) {\ng([&](int y) {\n});\n}\n}\n"),
                         {"f": 6})

    def test_data_is_no_function(self):
        self.assertEqual(self.lengths("enum class e : int {\na,\n};\nint x[] = {\n1,\n};\n"
                                      "std::map<int, int> m{\n{1, 2},\n};\nvoid f();\n"), {})

    def test_conditions_count_their_first_branch(self):
        self.assertEqual(self.lengths("#define OPEN {\n#if A\nvoid f(int x) {\n#else\nvoid f() {\n"
                                      "#if B\n#endif\n#endif\n}\nvoid g() {\n}\n"),
                         {"f": 7, "g": 2})


class Lengths(TreeCase):
    def functions(self, count: int) -> dict[str, str]:
        return {"a.cpp": "void f() {\n" + BODY * (count - 2) + "}\n",
                "b.py": "def f():\n" + "    f()\n" * (count - 1),
                "c.sh": "f() {\n" + BODY * (count - 2) + "}\ng() { true; }\n",
                "d.cmake": "function(f)\n" + BODY * (count - 2) + "endfunction()\n"}

    def assert_all(self, files: dict[str, str], part: str, warning: bool):
        found = self.findings("lengths", files)
        self.assertEqual([f.path for f in found], sorted(files))
        for finding in found:
            self.assertIn(part, finding.message)
            self.assertEqual(finding.warning, warning)

    def test_functions(self):
        self.assert_obeys("lengths", self.functions(60))
        self.assert_all(self.functions(61), "f has 61 lines", warning=True)
        self.assert_all(self.functions(100), "f has 100 lines", warning=True)
        self.assert_all(self.functions(101), "f has 101 lines, at most 100", warning=False)

    def test_files(self):
        for count, warning in ((301, True), (500, True), (501, False)):
            self.assert_all({name: "\n" * count for name in ("a.hpp", "b.py", "c.sh", "d.cmake")},
                            f"file has {count} lines", warning)
        self.assert_obeys("lengths", {name: "\n" * 300 for name in
                                      ("a.hpp", "b.py", "c.sh", "d.cmake")} | {"e.md": "\n" * 900})

    def test_reason_silences_warnings_only(self):
        reason = "// tidy: long because the table is one\n"
        self.assert_obeys("lengths", {"a.cpp": reason + self.functions(99)["a.cpp"] + "\n" * 300})
        self.assert_breaks("lengths", {"a.cpp": reason + "\n" * 500}, "a.cpp:1")
        self.assert_breaks("lengths", {"a.cpp": "// tidy: long because\n" + "\n" * 400}, "a.cpp:1")

    def test_columns(self):
        address = "// https://example.com/" + "x" * 90 + "\n"
        self.assert_obeys("lengths", {"a.cpp": "/" * 100 + "\n" + address + "// " + "é" * 97})
        self.assert_breaks("lengths", {"a.cpp": "\n" + "/" * 101 + "\n"}, "a.cpp:2")


class Banned(TreeCase):
    ALWAYS = ["strcpy(a, b);", "sprintf(a, b);", "std::system(x);", "x = rand();",
              "using namespace std;", "co_spawn(x, asio::detached);", "out << std::endl;",
              "std::thread([] {}).detach();"]
    SIDECAR = ["memcmp(a, b, 1);", "std::cout << 1;", "std::printf(x);", "const_cast<int&>(x);"]

    def test_calls(self):
        bad = self.ALWAYS + self.SIDECAR
        for number, line in enumerate(bad):
            path = f"sidecar/net/a{number}.cpp"
            self.assertTrue([f for f in self.findings("banned", {path: "\n" + line + "\n"})
                             if (f.path, f.line) == (path, 2)], line)

    def test_some_only_in_sidecar(self):
        self.assert_obeys("banned", {"clients/cpp/a.cpp": "\n".join(self.SIDECAR),
                                     "sidecar/app/main.cpp": "std::cout << 1;\nprintf(x);\n"})
        self.assert_breaks("banned", {"clients/cpp/b.cpp": "\n".join(self.ALWAYS)},
                           *(f"clients/cpp/b.cpp:{n + 1}" for n in range(len(self.ALWAYS))))

    def test_harmless(self):
        self.assert_obeys("banned", {"sidecar/net/a.cpp": "\n".join([
            "// memcmp( system( std::endl", 'f("strcpy(");', "snprintf(a, 1, b);", "x.system(1);",
            "CRYPTO_memcmp(a, b, 1);", "using namespace std::chrono_literals;", "srand(1);",
            "boost::system::error_code ec;", "buffer.detach();", "reinterpret_cast<int*>(x);"])})

    def test_words_that_put_work_off(self):
        words = ["TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK", "Not imple" "mented",
                 "a place" "holder."]
        for kind, form in ((".cpp", "// {}\n"), (".md", "{}\n"), (".py", "# {}\n"),
                           (".go", "// {}\n")):
            path = "a" + kind
            self.assert_breaks("banned", {path: "".join(form.format(word) for word in words)},
                               *(f"{path}:{n + 1}" for n in range(len(words))))
            (self.root / path).unlink()

    def test_words_that_only_look_alike(self):
        self.assert_obeys("banned", {
            "a.sh": "mktemp x.XX" "XXXX\n", "a.md": "todo, hacks\n",
            "a.html": '<input place' 'holder="name">\n', "a.cpp": "std::place" "holders::_1;\n"})


class Headers(TreeCase):
    GOOD = "// What it is.\n#pragma once\n\n#include <vector>\n\ninline std::vector<int> x;\n"

    def test_alone(self):
        self.assert_breaks("headers", {
            "protocol/a.hpp": "// What it is.\n#pragma once\nstd::vector<int> x;\n",
            "sidecar/net/b.hpp": "// What it is.\n#pragma once\n#include \"missing.hpp\"\n",
            "clients/cpp/include/coffer/c.hpp": "// What it is.\n#pragma once\nint x\n",
            "tests/d.hpp": "nonsense"},
            "protocol/a.hpp:1", "sidecar/net/b.hpp:1", "clients/cpp/include/coffer/c.hpp:1")

    def test_first_line_and_guard(self):
        self.assert_breaks("headers", {"protocol/a.hpp": "#pragma once\n",
                                       "protocol/b.hpp": "// It.\n// #pragma once\n"},
                           "protocol/a.hpp:1", "protocol/b.hpp:1")

    def test_good_from_each_root(self):
        self.assert_obeys("headers", {
            "protocol/a.hpp": self.GOOD, "sidecar/net/b.hpp": self.GOOD,
            "clients/cpp/include/coffer/c.hpp": self.GOOD,
            "sidecar/app/d.hpp": "// All.\n#pragma once\n#include \"coffer/c.hpp\"\n"
                                 "#include \"net/b.hpp\"\n#include \"protocol/a.hpp\"\n"})

    def test_second_run_compiles_only_what_changed(self):
        outer = "// Outer.\n#pragma once\n#include \"protocol/b.hpp\"\ninline int y = x;\n"
        good = "// Inner.\n#pragma once\ninline int x = 1;\n"
        cache = self.root / "build" / "tidy-cache"

        def written() -> int:
            return sum(entry.stat().st_mtime_ns > 0 for entry in cache.glob("*.json"))

        self.assert_obeys("headers", {"protocol/a.hpp": outer, "protocol/b.hpp": good})
        self.assertEqual(written(), 2)
        for entry in cache.glob("*.json"):
            os.utime(entry, (0, 0))
        self.assert_obeys("headers", {})
        self.assertEqual(written(), 0)
        self.assert_obeys("headers", {"protocol/a.hpp": outer + "// More.\n"})
        self.assertEqual(written(), 1)
        self.assert_breaks("headers", {"protocol/b.hpp": good.replace("int x", "int z")},
                           "protocol/a.hpp:1")


class Format(TreeCase):
    @unittest.skipUnless(format_check.checked_here(), "this release has no clang-format-14")
    def test_cpp(self):
        files = {".clang-format": "BasedOnStyle: Google\n", "a.cpp": "int x;\n"}
        self.assert_obeys("format", files)
        self.assert_breaks("format", files | {"b.hpp": "int x;\nint   y;\n"}, "b.hpp:2")

    def test_cpp_without_a_formatter(self):
        with mock.patch.object(format_check.shutil, "which", return_value=None):
            for release, warns in ("bookworm", False), ("trixie", True):
                with self.subTest(release), mock.patch.object(format_check, "this_release",
                                                              return_value=release):
                    self.write({"a.cpp": "int   x;\n"})
                    found, = format_check.check(Tree(self.root, []))
                    self.assertEqual((found.path, found.warning), ("a.cpp", warns))

    def test_python_and_shell(self):
        self.assert_obeys("format", {"a.py": "x = 1\n", "b.sh": "true\n"})
        self.assert_breaks("format", {"a.py": "x = 1\nif\n", "b.sh": "true\n)\n"},
                           "a.py:2", "b.sh:2")


if __name__ == "__main__":
    unittest.main()
