"""Each dependency of the build is accounted for in sidecar/ARCHITECTURE.md."""
import re

from tree import Finding

DOCUMENT = "sidecar/ARCHITECTURE.md"
PACKAGE_LIST = re.compile(r"(tests|sidecar)/packages(\.\w+)?")
CALL = re.compile(r"\b(find_package|find_dependency|pkg_check_modules|pkg_search_module)\s*"
                  r"\(([^)]*)\)", re.IGNORECASE)
NOT_MODULES = {"REQUIRED", "QUIET", "IMPORTED_TARGET", "GLOBAL", "NO_CMAKE_PATH",
               "NO_CMAKE_ENVIRONMENT_PATH"}
# Parts of CMake or of this project, no dependencies.
OURS = {"pkgconfig", "threads", "coffer"}
# What a build file or Debian calls it: what the document may call it.
ALIASES = {
    "cryptopp": "crypto++", "pqxx": "libpqxx", "pq": "libpq", "postgresql": "libpq",
    "tomlplusplus": "toml++", "systemd": "libsystemd", "archive": "libarchive", "cli": "cli11",
    "ssl": "openssl", "ninja-build": "ninja", "golang": "go", "golang-go": "go",
    "nodejs": "node",
}


def check(tree):
    document = tree.root / DOCUMENT
    text = document.read_text() if document.is_file() else ""
    for file in tree.files:
        for line, name in named(file):
            if name.lower() not in OURS and not mentioned(name, text):
                yield Finding(file.path, line, f"{name} is not mentioned in {DOCUMENT}")


def named(file):
    """Pairs of line and name."""
    if PACKAGE_LIST.fullmatch(file.path):
        for number, line in enumerate(file.lines, 1):
            yield from ((number, word) for word in line.partition("#")[0].split())
    if file.kind == "cmake":
        text = re.sub(r"#[^\n]*", lambda comment: " " * len(comment[0]), file.text)
        for call in CALL.finditer(text):
            line = file.line_at(call.start())
            words = call[2].split()
            if call[1].lower().startswith("find"):
                words = words[:1]
            else:  # the first word is the prefix of the variables
                words = [re.split("[<>=]", w)[0] for w in words[1:] if w not in NOT_MODULES]
            yield from ((line, word) for word in words if "$" not in word)


def mentioned(name: str, text: str) -> bool:
    return any(re.search(rf"(?<![\w+]){re.escape(form)}(?![\w+])", text, re.IGNORECASE)
               for form in forms(name))


def forms(name: str) -> set[str]:
    """A name as written, and without Debian's prefix, suffix and version or what that stands for.

    libsqlite3-dev: libsqlite3-dev, sqlite."""
    name = name.lower()
    plain = re.sub(r"-dev$", "", name)
    plain = re.sub(r"(?<=[a-z])-?\d+(?:\.\d+)*$", "", plain).removeprefix("lib")
    if plain.startswith("boost"):
        plain = "boost"
    return {name, "lib" + plain, ALIASES.get(name, ALIASES.get(plain, plain))}
