"""Each check on small trees: one that breaks the rule, one that obeys."""
import unittest

from temporary_tree import TreeCase


def lines(*texts: str) -> str:
    return "".join(text + "\n" for text in texts)


def including(*targets: str) -> str:
    return lines(*(f"#include {target}" for target in targets))


class Levels(TreeCase):
    def test_upwards(self):
        self.assert_breaks("levels", {
            "sidecar/store/a.cpp": including('"error/x.hpp"', '"vault/x.hpp"', "<vector>"),
        }, "sidecar/store/a.cpp:2")

    def test_siblings(self):
        self.assert_breaks("levels", {
            "sidecar/policy/a.cpp": including('"service/x.hpp"'),
            "sidecar/service/a.cpp": including('"policy/x.hpp"'),
            "sidecar/http/a.cpp": including('"crypto/x.hpp"'),
            "sidecar/error/a.cpp": including('"secret/x.hpp"'),
        }, "sidecar/policy/a.cpp:1", "sidecar/service/a.cpp:1", "sidecar/http/a.cpp:1",
            "sidecar/error/a.cpp:1")

    def test_downwards_obeys(self):
        self.assert_obeys("levels", {
            "sidecar/secret/a.cpp": including('"secret/a.hpp"', '"error/x.hpp"'),
            "sidecar/policy/a.cpp": including('"vault/x.hpp"', "<net/if.h>"),
            "sidecar/app/a.cpp": including('"net/x.hpp"', '"dispatch/x.hpp"'),
            "sidecar/net/if.hpp": "",
            "tests/unit/a.cpp": including('"net/x.hpp"', '"coffer/client.hpp"', '"near.hpp"'),
        })

    def test_aggregates_know_no_dialect_and_dialects_not_each_other(self):
        self.assert_breaks("levels", {
            "sidecar/store/sql/a.cpp": including('"store/a.hpp"', '"store/sqlite/x.hpp"',
                                                 '"store/postgres/x.hpp"'),
            "sidecar/store/sqlite/a.cpp": including('"store/sql/a.hpp"', '"store/postgres/x.hpp"'),
            "sidecar/store/postgres/a.cpp": including('"store/sql/a.hpp"', '"store/sqlite/x.hpp"'),
        }, "sidecar/store/sql/a.cpp:2", "sidecar/store/sql/a.cpp:3",
            "sidecar/store/sqlite/a.cpp:2", "sidecar/store/postgres/a.cpp:2")

    def test_unknown_folder_is_told_once(self):
        self.assert_breaks("levels", {"sidecar/tools/a.cpp": "", "sidecar/tools/b.md": ""},
                           "sidecar/tools/a.cpp:1")

    def test_code_outside_folders(self):
        self.assert_breaks("levels", {"sidecar/a.cpp": "", "sidecar/options.cmake": ""},
                           "sidecar/a.cpp:1")

    def test_way_of_writing(self):
        self.assert_breaks("levels", {
            "sidecar/store/a.cpp": including('"a.hpp"', '"../net/x.hpp"', '"store/../net/x.hpp"',
                                             '"sidecar/error/x.hpp"'),
        }, *(f"sidecar/store/a.cpp:{n}" for n in (1, 2, 3, 4)))

    def test_angle_brackets_hide_nothing(self):
        self.assert_breaks("levels", {
            "sidecar/store/a.cpp": including("<net/session.hpp>"), "sidecar/net/session.hpp": "",
        }, "sidecar/store/a.cpp:1")

    def test_protocol_from_sidecar(self):
        self.assert_breaks("levels", {
            "sidecar/error/a.cpp": including('"protocol/error.hpp"', '"protocol/limits.hpp"'),
            "sidecar/store/a.cpp": including('"protocol/limits.hpp"', '"protocol/frame.hpp"'),
            "sidecar/dispatch/a.cpp": including('"protocol/messages.hpp"'),
        }, "sidecar/error/a.cpp:2", "sidecar/store/a.cpp:2")

    def test_protocol_and_clients_stay_apart_from_sidecar(self):
        self.assert_breaks("levels", {
            "sidecar/error/x.hpp": including('"coffer/client.hpp"'),
            "protocol/a.cpp": including('"protocol/a.hpp"', '"error/x.hpp"', '"a.hpp"'),
            "clients/cpp/a.cpp": including('"error/x.hpp"', '"../../sidecar/error/x.hpp"',
                                           '"sidecar/error/x.hpp"'),
        }, "sidecar/error/x.hpp:1", "protocol/a.cpp:2", "protocol/a.cpp:3",
            "clients/cpp/a.cpp:1", "clients/cpp/a.cpp:2", "clients/cpp/a.cpp:3")

    def test_clients_obey(self):
        self.assert_obeys("levels", {
            "sidecar/error/x.hpp": "", "clients/cli/error/x.hpp": "",
            "clients/cli/a.cpp": including('"error/x.hpp"', '"coffer/client.hpp"',
                                           '"protocol/frame.hpp"', '"own.hpp"'),
        })

    def test_comments_and_literals_include_nothing(self):
        self.assert_obeys("levels", {"sidecar/error/a.cpp": lines(
            '// #include "net/x.hpp"', "/*", '#include "net/x.hpp"', "*/",
            'auto s = R"(', '#include "net/x.hpp"', ')";')})


class Fences(TreeCase):
    LIBRARIES = {
        "<boost/asio.hpp>": ("sidecar/net/a.cpp", "sidecar/http/a.cpp", "sidecar/app/a.cpp",
                             "sidecar/dispatch/offload.cpp"),
        "<boost/beast/core.hpp>": ("sidecar/http/a.cpp",),
        "<cryptopp/gcm.h>": ("sidecar/crypto/a.cpp",),
        "<crypto++/gcm.h>": ("sidecar/crypto/a.cpp",),
        "<pqxx/pqxx>": ("sidecar/store/postgres_store.cpp",),
        "<libpq-fe.h>": ("sidecar/store/postgres_bulk.cpp",),
        "<sqlite3.h>": ("sidecar/store/sqlite_store.cpp",),
        "<SQLiteCpp/Database.h>": ("sidecar/store/sqlite/a.cpp",),
        "<toml++/toml.h>": ("sidecar/policy/a.cpp", "sidecar/app/a.cpp"),
        "<CLI/CLI.hpp>": ("sidecar/app/a.cpp", "clients/cli/a.cpp"),
    }

    def test_each_library_outside_its_home(self):
        files = {"sidecar/vault/a.cpp": including(*self.LIBRARIES)}
        self.assert_breaks("fences", files, *(f"sidecar/vault/a.cpp:{n}"
                                              for n in range(1, len(self.LIBRARIES) + 1)))

    def test_each_library_at_home_and_in_tests(self):
        files = {"tests/fuzz/a.cpp": including(*self.LIBRARIES)}
        for library, homes in self.LIBRARIES.items():
            for home in homes:
                files[home] = files.get(home, "") + including(library)
        self.assert_obeys("fences", files)

    def test_asio_in_dispatch_only_for_offload(self):
        self.assert_breaks("fences", {"sidecar/dispatch/ping.cpp": including("<boost/asio.hpp>")},
                           "sidecar/dispatch/ping.cpp:1")

    def test_protocol_is_standard_library_only(self):
        self.assert_breaks("fences", {"protocol/a.hpp": including(
            "<vector>", "<boost/json.hpp>", '"protocol/b.hpp"', "<sys/socket.h>")},
            "protocol/a.hpp:2", "protocol/a.hpp:4")


class Names(TreeCase):
    def test_names_that_say_nothing(self):
        self.assert_breaks("names", {"sidecar/util/a.cpp": "", "tests/helpers.py": "",
                                     "clients/go/Common.go": "", "misc": ""},
                           "sidecar/util/a.cpp:1", "tests/helpers.py:1", "clients/go/Common.go:1",
                           "misc:1")

    def test_snake_case(self):
        self.assert_breaks("names", {"a/FileLock.cpp": "", "a/file-lock.hpp": "",
                                     "a/README.md": ""},
                           "a/FileLock.cpp:1", "a/file-lock.hpp:1")

    def test_names_that_say_something(self):
        self.assert_obeys("names", {"sidecar/keys/secrets_manager_source.cpp": "", "a/x_1.hpp": "",
                                    "commonly.py": ""})


class Workplace(TreeCase):
    def test_private_paths(self):
        self.assert_breaks("workplace", {
            "a.md": lines("see /" + "home/jo/x", "fine", "`/" + "root/.cache`"),
            "b": "cd /" + "work\nls /" + "work/x\n"}, "a.md:1", "a.md:3", "b:1", "b:2")

    def test_public_paths(self):
        self.assert_obeys("workplace", {"a.md": lines(
            "/run/coffer /etc/coffer", "https://example.com/home/x",
            "InaccessiblePaths=/home /root",
            "tests/work/x", "$HOME/work/x", "./work/", "a network/workers")})


class Dependencies(TreeCase):
    BUILD = {
        "CMakeLists.txt": lines(
            "find_package(Boost 1.81 REQUIRED)", "find_package(Threads)", "# find_package(Ghost)",
            "pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto++>=8.7)",
            "find_package(tomlplusplus)", "find_package(CLI11)"),
        "sidecar/packages": lines("# a comment", "libsqlite3-dev", "libcli11-dev", "g++"),
        "tests/packages.trixie": lines("libboost-json1.83-dev", "clang-format-14")}

    def test_unmentioned(self):
        self.assert_breaks(
            "dependencies", self.BUILD | {"sidecar/ARCHITECTURE.md": "The CLI uses boosters."},
            *(f"CMakeLists.txt:{n}" for n in (1, 4, 5, 6)),
            *(f"sidecar/packages:{n}" for n in (2, 3, 4)),
            *(f"tests/packages.trixie:{n}" for n in (1, 2)))

    def test_mentioned_by_any_name(self):
        self.assert_obeys("dependencies", self.BUILD | {"sidecar/ARCHITECTURE.md": lines(
            "Boost, Crypto++ and toml++; CLI11.", "SQLite, `clang-format`, g++")})

    def test_document_missing(self):
        self.assert_breaks("dependencies", {"a.cmake": "find_package(fmt)\n"}, "a.cmake:1")


if __name__ == "__main__":
    unittest.main()
