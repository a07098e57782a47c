"""Each library's headers stay in the folders that own the library."""
import re

from tree import Finding

# What the include names, how people call it, where it may stand (prefixes of paths).
FENCES = [
    (r"boost/(asio|beast)\b", "Asio and Beast",
     ("sidecar/net/", "sidecar/app/", "sidecar/http/", "sidecar/dispatch/offload")),
    (r"(cryptopp|crypto\+\+)/", "Crypto++", ("sidecar/crypto/",)),
    (r"pqxx\b|(.*/)?libpq\b", "libpqxx and libpq", ("sidecar/store/postgres",)),
    (r"sqlite3\.h$|SQLiteCpp/", "SQLite", ("sidecar/store/sqlite",)),
    (r"toml\+\+/|toml\.hpp$", "toml++", ("sidecar/policy/", "sidecar/app/")),
    (r"CLI/", "CLI11", ("sidecar/app/", "clients/cli/")),
]
COMPILED = [(re.compile(pattern), name, homes) for pattern, name, homes in FENCES]

STD = frozenset("""
    algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono
    cinttypes climits clocale cmath compare complex concepts condition_variable coroutine csetjmp
    csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque
    exception execution filesystem format forward_list fstream functional future initializer_list
    iomanip ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource
    mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
    semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf
    string string_view syncstream system_error thread tuple type_traits typeindex typeinfo
    unordered_map unordered_set utility valarray variant vector version
""".split())


def check(tree):
    for file in tree.of_kind("cpp"):
        if not file.path.startswith(("protocol/", "sidecar/", "clients/")):
            continue
        for include in file.includes:
            message = judge(file.path, include)
            if message:
                yield Finding(file.path, include.line, message)


def judge(path: str, include) -> str:
    target = include.target
    if path.startswith("protocol/"):  # its quoted includes are for the check on levels
        if include.quoted or target in STD or target.startswith("protocol/"):
            return ""
        return f"protocol/ includes only the standard library and itself, not <{target}>"
    for pattern, name, homes in COMPILED:
        if pattern.match(target) and not path.startswith(homes):
            where = ", ".join(home if home.endswith("/") else home + "*" for home in homes)
            return f"<{target}>: headers of {name} stay in {where}"
    return ""
