"""C++ as far as the checks need it: comments and literals blanked, includes listed."""
import dataclasses
import re

TOKEN = re.compile(r"""
    (?P<comment> //(?:[^\\\n]|\\[\s\S])* | /\*[\s\S]*?(?:\*/|\Z) )
  | (?P<raw>     \b(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\([\s\S]*?\)(?P=mark)" )
  | (?P<string>  "(?:[^"\\\n]|\\[\s\S])*" )
  | (?P<number>  \b\d(?:'?[\w.])* )
  | (?P<char>    '(?:[^'\\\n]|\\[\s\S])+' )
""", re.VERBOSE)

INCLUDE = re.compile(r'^[ \t]*(#)[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Include:
    target: str
    quoted: bool
    line: int


def spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def blank(text: str, literals: bool) -> str:
    """Comments as spaces and, if asked, the inside of literals too. Length and lines stay."""

    def replace(match: re.Match) -> str:
        token = match[0]
        if match["comment"]:
            return spaces(token)
        if match["number"] or not literals:
            return token
        opening = token.index("'" if match["char"] else '"') + 1
        return token[:opening] + spaces(token[opening:-1]) + token[-1]

    return TOKEN.sub(replace, text)


def includes(text: str, code: str) -> list[Include]:
    """The include directives; `code` is the blanked text, to know those inside literals."""
    uncommented = blank(text, literals=False)
    return [Include(m[3], m[2] == '"', text.count("\n", 0, m.start(1)) + 1)
            for m in INCLUDE.finditer(uncommented) if code[m.start(1)] == "#"]
