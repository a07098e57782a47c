"""Finds the functions of a source file and their extent, for the check on lengths."""
import ast
import dataclasses
import re

from cpp import spaces


@dataclasses.dataclass(frozen=True)
class Function:
    name: str
    line: int  # of the signature; in C++ of the opening brace
    lines: int


DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(\w*)(?:[^\\\n]|\\[\s\S])*", re.MULTILINE)
QUALIFIERS = r"(?:(?:const|volatile|noexcept|override|final|mutable|try|&&?)\s*(?:\([^()]*\)\s*)?)*"
BODY = re.compile(r"\)\s*" + QUALIFIERS + r"(?:->[^;{}]*)?(?:requires\b[^;{}]*)?$")
LAMBDA = re.compile(r"(?:^|[=(,{]|\breturn)\s*\[[^\[\]]*\]\s*(?:mutable\s*)?$")
MEMBERS = re.compile(r"\)\s*" + QUALIFIERS + r":(?!:)")  # a constructor's initialisers
SCOPE = re.compile(r"\b(?:namespace|class|struct|union|extern)\b")
SUITE = re.compile(r"BOOST_(?:AUTO|FIXTURE)_TEST_SUITE(?:_END)?\s*\([^)]*\)")
NAME = re.compile(r"([~\w:]+|operator\s*\S{1,3})\s*\(\s*(\w*)")


def without_directives(code: str) -> str:
    """Directives blanked, and all branches of a condition but its first, so that braces pair."""
    out, last, skipped, nesting = [], 0, None, 0
    for match in DIRECTIVE.finditer(code):
        word = match[1]
        if skipped is None:
            out += [code[last:match.start()], spaces(match[0])]
            last = match.end()
            if word.startswith("el"):
                skipped, nesting = match.end(), 0
        elif word.startswith("if"):
            nesting += 1
        elif word == "endif" and nesting:
            nesting -= 1
        elif word == "endif":
            out.append(spaces(code[skipped:match.end()]))
            skipped, last = None, match.end()
    out.append(code[last:] if skipped is None else spaces(code[last:]))
    return "".join(out)


def classify(head: str) -> str:
    """What the brace behind `head` opens: scope (namespace, class), function or init."""
    head = head.rstrip()
    if MEMBERS.search(head):
        return "function" if head[-1] in ")}" or head.endswith("try") else "init"
    if BODY.search(head) or LAMBDA.search(head):
        return "function"
    return "scope" if SCOPE.search(head) and not head.endswith("=") else "init"


def name_of(head: str) -> str:
    match = NAME.search(SUITE.sub("", head))
    if not match:
        return "lambda"
    return match[2] if match[1].isupper() and match[2] else match[1]


def of_cpp(code: str) -> list[Function]:
    """From blanked code. Lambdas and local classes inside a function count as part of it."""
    code = without_directives(code)
    found: list[Function] = []
    stack: list[tuple[str, int, int]] = []  # kind, start of the head, place of the brace
    head = 0
    for match in re.finditer(r"[{};]", code):
        place, char = match.start(), match[0]
        inside = bool(stack) and stack[-1][0] in ("function", "block")
        if char == "{":
            kind = "block" if inside else classify(code[head:place])
            stack.append((kind, head, place))
            head = place + 1
        elif char == ";":
            head = place + 1
        elif stack:
            kind, start, opening = stack.pop()
            head = start if kind == "init" else place + 1
            if kind == "function":
                line = code.count("\n", 0, opening) + 1
                count = code.count("\n", opening, place) + 1
                found.append(Function(name_of(code[start:opening]), line, count))
    return found


def of_python(text: str) -> list[Function]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # the check on format tells
        return []
    return [Function(node.name, node.lineno, node.end_lineno - node.lineno + 1)
            for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def between(lines: list[str], opening: re.Pattern, closing) -> list[Function]:
    """Functions from a line that matches `opening` to the first that closing(match) matches."""
    found, current = [], None
    for number, line in enumerate(lines, 1):
        match = opening.match(line)
        if match and current is None:
            current = (match["name"], number, re.compile(closing(match), re.IGNORECASE))
        if current and current[2].search(line):
            found.append(Function(current[0], current[1], number - current[1] + 1))
            current = None
    return found


SHELL = re.compile(r"(?P<indent>\s*)(?:function\s+)?(?P<name>[\w-]+)\s*\(\)\s*[{(](?P<rest>.*)")
CMAKE = re.compile(r"\s*(?P<word>function|macro)\s*\(\s*(?P<name>\w+)", re.IGNORECASE)


def of_shell(lines: list[str]) -> list[Function]:
    return between(lines, SHELL, lambda m: rf"^{m['indent']}[}})]|[({{].*[}})]\s*(?:#.*)?$"
                   if re.search(r"[})]\s*(?:#.*)?$", m["rest"]) else rf"^{m['indent']}[}})]")


def of_cmake(lines: list[str]) -> list[Function]:
    return between(lines, CMAKE, lambda m: rf"^\s*end{m['word']}\s*\(")


def of(file) -> list[Function]:
    if file.kind == "cpp":
        return of_cpp(file.code)
    if file.kind == "python":
        return of_python(file.text)
    return {"shell": of_shell, "cmake": of_cmake}[file.kind](file.lines)
