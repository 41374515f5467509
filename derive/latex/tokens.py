"""Tokens of a formula with exact positions: spacing dropped, delimiters joined with \\left.

A tokenizer of our own rather than pylatexenc's: mathematics needs letters, numbers and
delimiters told apart, which that walker leaves as single characters, and it is the same
length as an adapter would be.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from derive.errors import ReadError
from derive.latex.notation import RELATIONS
from derive.latex.repair import Token as Token
from derive.latex.repair import with_lost_rows, without_frames

MAX_LENGTH = 20_000
"""The longest formula that is read, in characters."""

_TOKEN = re.compile(
    r"""(?P<space>\s+) | (?P<comment>%[^\n]*) | (?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    | (?P<command>\\(?:[A-Za-z]+|.)) | (?P<dots>\.\.\.) | (?P<letter>[A-Za-z])
    | (?P<other>\|\||:=|[!-~]) | (?P<unusual>.)""",
    re.VERBOSE | re.DOTALL,
)
_TAKEN_AS_THEY_ARE = frozenset({"letter", "command", "other"})
_EXPONENT = re.compile(r"[eE][+-]?[0-9]")

_UNICODE = {
    "−": "-",
    "–": "-",
    "×": r"\times",
    "·": r"\cdot",
    "⋅": r"\cdot",
    "∗": "*",
    "，": ",",
    "；": ";",
    "（": "(",
    "）": ")",
    "＝": "=",
    "∑": r"\sum",
    "∏": r"\prod",
    "∂": r"\partial",
    "∞": r"\infty",
    "…": r"\dots",
    "⋯": r"\dots",
    "′": "'",
    "’": "'",
    "∈": r"\in",
    "‖": "||",
    "√": r"\sqrt",
}

_WIDE = frozenset({r"\quad", r"\qquad"})
SPACES = _WIDE | {
    "~",
    "\\ ",
    "\\\n",
    r"\,",
    r"\;",
    r"\:",
    r"\!",
    r"\space",
    r"\enspace",
    r"\thinspace",
    r"\displaystyle",
    r"\textstyle",
    r"\limits",
    r"\nolimits",
    r"\nonumber",
    r"\notag",
    r"\hfill",
    r"\hline",
    r"\big",
    r"\Big",
    r"\bigg",
    r"\Bigg",
    r"\middle",
    r"\mathstrut",
    r"\strut",
}
_DROPPED_WITH_ARGUMENT = frozenset(
    {r"\tag", r"\label", r"\hspace", r"\vspace", r"\phantom", r"\hphantom", r"\vphantom"}
    | {r"\color", r"\textcolor"}
)
_OPENING = frozenset({r"\left", r"\bigl", r"\Bigl", r"\biggl", r"\Biggl"})
_CLOSING = frozenset({r"\right", r"\bigr", r"\Bigr", r"\biggr", r"\Biggr"})
_SIZED = _OPENING | _CLOSING
_TWO_ARGUMENTS = frozenset({r"\frac", r"\dfrac", r"\tfrac", r"\cfrac", r"\binom", "]"})
_DELIMITERS = {
    r"\lvert": ("open", "|"),
    r"\rvert": ("close", "|"),
    r"\lVert": ("open", "||"),
    r"\rVert": ("close", "||"),
    r"\vert": ("other", "|"),
    r"\Vert": ("other", "||"),
    r"\|": ("other", "||"),
    r"\lbrace": ("other", r"\{"),
    r"\rbrace": ("other", r"\}"),
    r"\lbrack": ("other", "["),
    r"\rbrack": ("other", "]"),
}


@lru_cache(maxsize=256)
def tokenize(source: str) -> tuple[Token, ...]:
    """The tokens of a formula, the last of kind `end`. Raises `ReadError`."""
    if len(source) > MAX_LENGTH:
        raise ReadError(
            source, MAX_LENGTH, f"{len(source)} characters", f"at most {MAX_LENGTH} in one formula"
        )
    scanned = with_lost_rows(_scan(source))
    framed = _Cleaner(source, scanned).run()
    cleaned = _without_crossing(without_frames(framed, lambda token: token.text in RELATIONS))
    return tuple(_with_single_bars(source, cleaned))


def _scan(source: str) -> list[Token]:
    """What stands in a source but spaces, of which the tokens after them know."""
    found: list[Token] = []
    spaced = False
    for match in _TOKEN.finditer(source):
        kind, text = str(match.lastgroup), match.group()
        start, end = match.span()
        if kind in _TAKEN_AS_THEY_ARE:
            pass
        elif kind == "space" or kind == "comment":
            if kind == "comment" and start and source[start - 1].isdigit():
                raise ReadError(source, start, "'%'", r"\% (a bare % begins a comment)")
            spaced = True
            continue
        elif kind == "dots":
            kind, text = "command", r"\dots"
        elif kind == "unusual":
            kind, text = _unusual(source, start, text)
        elif _EXPONENT.match(source, end):
            raise ReadError(
                source, start, repr(text + "e"), r"a power of ten such as 1.5 \cdot 10^{3}"
            )
        found.append(Token(kind, text, start, end, False, spaced))
        spaced = False
    return found


def _unusual(source: str, at: int, text: str) -> tuple[str, str]:
    """What a character beyond ASCII stands for."""
    if text.isalnum() and not text.isdecimal():
        return _letter(text)
    if text in _UNICODE:
        text = _UNICODE[text]
        return ("command" if text.startswith("\\") else "other"), text
    if text not in "≠≤≥≈":
        shown = unicodedata.name(text, f"U+{ord(text):04X}")
        raise ReadError(source, at, f"the character {shown}", "LaTeX mathematics")
    return "other", text


def _letter(text: str) -> tuple[str, str]:
    r"""A Greek letter; one of another script may only stand in a \text{...}."""
    name = unicodedata.name(text, "")
    case, _, greek = name.removeprefix("GREEK ").partition(" LETTER ")
    if name.startswith("GREEK ") and greek.isalpha():
        word = greek.lower().replace("lamda", "lambda")
        return "command", "\\" + (word.capitalize() if case == "CAPITAL" else word)
    return "foreign", text


def _without_crossing(tokens: list[Token]) -> list[Token]:
    """Braces that only group and cross a bracket, as in `[{y - x]^2}`, say nothing: drop them."""
    dropped: set[int] = set()
    stack: list[int] = []
    opening: dict[int, int] = {}
    for k, token in enumerate(tokens):
        if token.text == "{":
            stack.append(k)
        elif token.text == "}" and stack:
            first = opening[k] = stack.pop()
            if not _takes_argument(tokens, first, opening) and not _balanced(tokens[first + 1 : k]):
                dropped |= {first, k}
    return [t for k, t in enumerate(tokens) if k not in dropped]


def _with_single_bars(source: str, tokens: list[Token]) -> list[Token]:
    """`|x||y|` holds no norm: an odd `||` among single bars of one bracket is two of them."""
    if "||" not in source:
        return tokens
    levels: list[list[int]] = [[]]
    apart: set[int] = set()
    for k, token in enumerate(tokens):
        if token.text in ("(", "[", "{", r"\{"):
            levels.append([])
        elif token.text in (")", "]", "}", r"\}", "") and (len(levels) > 1 or not token.text):
            bars = levels.pop()
            double = [b for b in bars if tokens[b].text == "||"]
            if len(double) % 2 and len(double) < len(bars):
                apart |= {b for b in double if source[tokens[b].start : tokens[b].end] == "||"}
        elif token.kind == "other" and token.text in ("|", "||"):
            levels[-1].append(k)
    found: list[Token] = []
    for k, token in enumerate(tokens):
        if k in apart:
            middle = token.start + 1
            found.append(token._replace(text="|", end=middle))
            found.append(token._replace(text="|", start=middle, wide=False, spaced=False))
        else:
            found.append(token)
    return found


def _takes_argument(tokens: list[Token], brace: int, opening: dict[int, int]) -> bool:
    """Whether a brace opens an argument: after _, ^ or a command (but Σ, Π), or a second one."""
    before = tokens[brace - 1] if brace else None
    if before is None or before.text in (r"\sum", r"\prod"):
        return False
    if before.text == "}" and brace - 1 in opening:
        first = opening[brace - 1]
        return first > 0 and tokens[first - 1].text in _TWO_ARGUMENTS
    return before.kind == "command" or before.text in ("_", "^", "]")


def _balanced(tokens: list[Token]) -> bool:
    depth = {"(": 0, "[": 0}
    for token in tokens:
        if token.kind == "other" and token.text in ("(", "[", ")", "]"):
            opening = {")": "(", "]": "["}.get(token.text, token.text)
            depth[opening] += 1 if opening == token.text else -1
            if depth[opening] < 0:
                return False
    return not any(depth.values())


class _Cleaner:
    """Drops spacing and labels, joins \\left and \\right with their delimiters."""

    def __init__(self, source: str, tokens: list[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.at = 0

    def run(self) -> list[Token]:
        kept: list[Token] = []
        wide = spaced = False
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            spaced = spaced or token.spaced
            if token.text in SPACES:
                wide, spaced = wide or token.text in _WIDE, True
            elif token.text in _DROPPED_WITH_ARGUMENT:
                self._drop_argument(token)
            else:
                token = self._delimited(token)
                if wide or spaced != token.spaced:
                    token = token._replace(wide=wide, spaced=spaced)
                kept.append(token)
                wide = spaced = False
        end = len(self.source)
        return [*kept, Token("end", "", end, end)]

    def _delimited(self, token: Token) -> Token:
        if token.text in _DELIMITERS:
            kind, text = _DELIMITERS[token.text]
            return token._replace(kind=kind, text=text)
        if token.text not in _SIZED:
            return token
        if self.at == len(self.tokens):
            raise ReadError(self.source, token.end, "the end", f"a delimiter after {token.text}")
        delimiter = self.tokens[self.at]
        self.at += 1
        text = _DELIMITERS.get(delimiter.text, ("", delimiter.text))[1]
        if text not in {"(", ")", "[", "]", r"\{", r"\}", "|", "||", "."}:
            raise ReadError(
                self.source, delimiter.start, str(delimiter), f"a delimiter after {token.text}"
            )
        kind = "open" if token.text in _OPENING else "close"
        return Token(kind, text, token.start, delimiter.end)

    def _drop_argument(self, token: Token) -> None:
        if self.at < len(self.tokens) and self.tokens[self.at].text == "*":
            self.at += 1
        depth = 0
        while self.at < len(self.tokens):
            text = self.tokens[self.at].text
            self.at += 1
            depth += (text == "{") - (text == "}")
            if depth == 0:
                return
        raise ReadError(self.source, token.start, token.text, "its argument in braces")
