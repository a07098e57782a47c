"""The files under check: what git tracks or would track, with their text and kind."""
import dataclasses
import functools
import os
import pathlib
import re
import subprocess

import cpp

SUFFIX_KINDS = {
    ".cpp": "cpp", ".hpp": "cpp", ".cc": "cpp", ".c": "cpp", ".h": "cpp", ".ipp": "cpp",
    ".py": "python", ".sh": "shell", ".bash": "shell", ".cmake": "cmake", ".md": "markdown",
}


class TreeError(Exception):
    """The tree cannot be listed, or a path given by the user is not in it."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """A broken rule at a line (from 1; 0 for the file as a whole). Warnings do not fail the run."""
    path: str
    line: int
    message: str
    warning: bool = False


class File:
    """One file; `path` is relative to the root, with slashes."""

    def __init__(self, root: pathlib.Path, path: str):
        self.path = path
        self.name = path.rsplit("/", 1)[-1]
        self.full = root / path

    @functools.cached_property
    def text(self) -> str:
        """The content, empty for binary files."""
        content = self.full.read_bytes()
        return "" if b"\0" in content else content.decode("utf-8", errors="replace")

    @functools.cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")[:-1] if self.text.endswith("\n") else self.text.split("\n")

    @functools.cached_property
    def kind(self) -> str:
        """cpp (C too), python, shell, cmake, markdown; else empty."""
        if self.name == "CMakeLists.txt":
            return "cmake"
        suffix = pathlib.PurePosixPath(self.name).suffix
        if suffix:
            return SUFFIX_KINDS.get(suffix, "")
        shebang = re.match(r"#!.*\b(python|sh|bash)[\d.]*\b", self.text)
        return "" if not shebang else "python" if shebang[1] == "python" else "shell"

    @functools.cached_property
    def code(self) -> str:
        """C++ text with comments and the content of literals blanked; offsets stay."""
        return cpp.blank(self.text, literals=True)

    @functools.cached_property
    def includes(self) -> list[cpp.Include]:
        return cpp.includes(self.text, self.code)

    def line_at(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


class Tree:
    """`files` are those to check, `paths` all there are."""

    def __init__(self, root: pathlib.Path, only: list[str]):
        self.root = root
        self.paths = list_files(root)
        chosen = self.paths
        if only:
            folders = [relative(root, path) for path in only]
            chosen = [p for p in self.paths if any(within(p, folder) for folder in folders)]
        self.files = [File(root, path) for path in sorted(chosen)]

    def of_kind(self, *kinds: str) -> list[File]:
        return [file for file in self.files if file.kind in kinds]


def within(path: str, folder: str) -> bool:
    return folder == "." or path == folder or path.startswith(folder + "/")


def relative(root: pathlib.Path, path: str) -> str:
    """A path as the user wrote it, from the root or from the current folder."""
    for base in (root, pathlib.Path.cwd()):
        full = (base / path).resolve()
        if full.exists() and full.is_relative_to(root):
            return full.relative_to(root).as_posix()
    raise TreeError(f"{path} is neither a check nor a path in {root}")


def git_environment() -> dict[str, str]:
    """Ours without what a git hook sets, so that git finds the repository by the folder."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def list_files(root: pathlib.Path) -> set[str]:
    command = ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-z", "--cached",
               "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, capture_output=True, check=True, env=git_environment())
    except FileNotFoundError:
        raise TreeError("git is not installed") from None
    except subprocess.CalledProcessError as error:
        raise TreeError(error.stderr.decode(errors="replace").strip()) from None
    paths = listing.stdout.decode("utf-8", errors="surrogateescape").split("\0")
    return {p for p in paths if p and (root / p).is_file() and not (root / p).is_symlink()}
