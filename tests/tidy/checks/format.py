"""C++ is formatted as .clang-format says; Python and shell scripts at least parse."""
import concurrent.futures
import functools
import os
import pathlib
import re
import shutil
import subprocess

from tree import Finding

TESTS = pathlib.Path(__file__).resolve().parents[2]
# Other versions format differently, so the version does not depend on the release: some have none.
CLANG_FORMAT = "clang-format-14"
COMPLAINT = re.compile(r"^(.+):(\d+):\d+: error: code should be clang-formatted", re.MULTILINE)
BATCH_SIZE = 40


def check(tree):
    yield from formatted(tree, tree.of_kind("cpp"))
    for file in tree.of_kind("python"):
        try:
            compile(file.text, file.path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            yield Finding(file.path, getattr(error, "lineno", None) or 1, f"Python: {error}")
    for file in tree.of_kind("shell"):
        parsed = subprocess.run(["bash", "-n", file.path], cwd=tree.root, capture_output=True,
                                text=True, env=os.environ | {"LC_ALL": "C"})
        if parsed.returncode:
            line = re.search(r": line (\d+):\s*(.*)", parsed.stderr)
            yield Finding(file.path, int(line[1]) if line else 1,
                          f"shell: {line[2] if line else parsed.stderr.strip()}")


@functools.cache
def this_release() -> str:
    asked = subprocess.run([TESTS.parent / "sidecar/install", "--release"],
                           stdout=subprocess.PIPE, text=True, check=True)
    return asked.stdout.strip()


def provided_by(release: str) -> bool:
    listed = (TESTS / f"packages.{release}").read_text(encoding="utf-8")
    return CLANG_FORMAT in listed.splitlines()


def checked_here() -> bool:
    return bool(shutil.which(CLANG_FORMAT)) or provided_by(this_release())


def formatted(tree, files):
    if files and not shutil.which(CLANG_FORMAT):
        release = this_release()
        if provided_by(release):
            why = "is not installed: cannot check"
        else:
            why = f"is not in Debian's {release}: the format of C++ is not checked here"
        yield Finding(files[0].path, 1, f"{CLANG_FORMAT} {why}", warning=not provided_by(release))
        return

    def run(batch) -> subprocess.CompletedProcess:
        return subprocess.run([CLANG_FORMAT, "--dry-run", "-Werror", "--style=file"] + batch,
                              cwd=tree.root, capture_output=True, text=True)

    paths = [file.path for file in files]
    batches = [paths[i:i + BATCH_SIZE] for i in range(0, len(paths), BATCH_SIZE)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for batch, ran in zip(batches, pool.map(run, batches)):
            first = {}
            for path, line in COMPLAINT.findall(ran.stderr):
                first.setdefault(path, int(line))
            for path, line in first.items():
                yield Finding(path, line, f"not formatted: {CLANG_FORMAT} -i {path}")
            if ran.returncode and not first:
                yield Finding(batch[0], 1, f"{CLANG_FORMAT}: {ran.stderr.strip()[:200]}")
