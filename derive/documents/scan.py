"""Formulas between their delimiters, found in one pass over a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from derive.documents.pieces import Found, Stretch

ENVIRONMENTS = (
    *("equation", "align", "alignat", "gather", "multline", "eqnarray", "flalign"),
    *("displaymath", "math", "dmath"),
)
_BARE = {"equation", "displaymath", "math", "multline", "dmath"}
"""Environments around one formula: only what is inside is the formula."""

_NAMES = "|".join(ENVIRONMENTS)
OPENERS = re.compile(
    rf"""(?P<escaped>\\[$`%#&_{{}}])
    | (?P<double>\$\$) | (?P<single>\$)
    | (?P<bracket>\\\\?\[) | (?P<paren>\\\\?\()
    | (?P<begin>\\begin\{{(?P<name>(?:{_NAMES})\*?)\}})
    | (?P<image>equation\?tex=)""",
    re.VERBOSE,
)
_CLOSERS = {"double": "$$", "bracket": "]", "paren": ")"}
_IMAGE = re.compile(r"[^\s)\"'<>]*")
_BLANK = re.compile(r"\n[ \t>]*\n")
_WORDS = re.compile(r"[A-Za-z]{2,}\s+[A-Za-z]{2,}\s+[A-Za-z]{2,}")
LONGEST_INLINE = 25_000


@dataclass(frozen=True)
class Span:
    """A formula with its delimiters: `outer` and `inner` offsets in the text."""

    start: int
    inner: int
    end: int
    stop: int
    kind: str
    trouble: str = ""

    @property
    def display(self) -> bool:
        return self.kind not in ("single", "paren", "image")


class Scanner:
    """Finds formulas in a text, skipping what `masked` covers (code, comments).

    `masked` are disjoint (start, end) pairs in order. Runs in linear time: that a closing
    delimiter does not follow is found out once.
    """

    def __init__(self, text: str, masked: list[tuple[int, int]]) -> None:
        self.text = text
        self.masked = masked
        self.missing: set[str] = set()

    def spans(self) -> Iterator[Span]:
        at = 0
        mask = iter([*self.masked, (len(self.text) + 1, len(self.text) + 1)])
        start, end = next(mask)
        while (match := OPENERS.search(self.text, at)) is not None:
            while match.start() >= end:
                start, end = next(mask)
            if match.start() >= start:
                at = end
                continue
            span = self._span(match, start)
            at = match.end() if span is None else span.stop
            if span is not None:
                yield span

    def _span(self, match: re.Match[str], masked: int) -> Span | None:
        kind = str(match.lastgroup if match.lastgroup != "name" else "begin")
        if kind == "escaped":
            return None
        if kind == "image":
            address = _IMAGE.match(self.text, match.end())
            assert address is not None
            return Span(match.start(), match.end(), address.end(), address.end(), "image")
        if kind == "begin":
            return self._environment(match)
        if kind == "single":
            return self._inline(match.start(), masked)
        opener = match.group()
        closer = _CLOSERS[kind] if kind == "double" else opener[:-1] + _CLOSERS[kind]
        # In TeX `\\[2pt]` ends a row; only the Markdown that escapes its brackets has `\\[ \\]`.
        end = self._find(closer, match.end())
        if end < 0:
            return self._unterminated(match, kind, closer) if kind == "double" else None
        if len(opener) == 3 and _BLANK.search(self.text, match.end(), end):
            return None
        return Span(match.start(), match.end(), end, end + len(closer), kind)

    def _find(self, closer: str, start: int) -> int:
        if closer in self.missing:
            return -1
        end = self.text.find(closer, start)
        while end > 0 and closer == "$$" and self.text[end - 1] == "\\":
            end = self.text.find(closer, end + 1)
        if end < 0:
            self.missing.add(closer)
        return end

    def _unterminated(self, match: re.Match[str], kind: str, closer: str) -> Span:
        blank = _BLANK.search(self.text, match.end())
        end = blank.start() if blank is not None else len(self.text)
        trouble = f"{match.group()} is not closed: {closer} is missing"
        return Span(match.start(), match.end(), end, end, kind, trouble)

    def _environment(self, match: re.Match[str]) -> Span:
        name = match.group("name")
        closer = rf"\end{{{name}}}"
        end = self._find(closer, match.end())
        if end < 0:
            return self._unterminated(match, "begin", closer)
        stop = end + len(closer)
        if name.rstrip("*") in _BARE:
            return Span(match.start(), match.end(), end, stop, "begin")
        return Span(match.start(), match.start(), stop, stop, "begin")

    def _inline(self, start: int, masked: int) -> Span | None:
        """`$…$` within a paragraph, before what is masked next; a price is no formula."""
        end = start + 1
        limit = min(len(self.text), start + LONGEST_INLINE, masked)
        while (end := self.text.find("$", end, limit)) > 0 and self.text[end - 1] == "\\":
            end += 1
        inner = self.text[start + 1 : end]
        if end < 0 or not inner.strip() or _BLANK.search(inner):
            return None
        spaced = inner[0].isspace() or inner[-1].isspace()
        after = self.text[end + 1 : end + 2]
        if after.isdigit() or (spaced and _WORDS.search(inner) and "\\" not in inner):
            return None
        if inner[0].isdigit() and spaced and "\\" not in inner:
            return None
        return Span(start, start + 1, end, end + 1, "single")


def formula_at(text: Stretch, span: Span) -> Found:
    """The formula of a span: an image's address is decoded, character by character."""
    inner = text.cut(span.inner, span.end)
    if span.kind == "image":
        inner = decoded(inner)
    latex = inner.chars
    if span.kind == "single" and len(latex) > 1 and latex[0] == latex[-1] == "`":
        inner = inner.cut(1, len(latex) - 1)
    return Found(
        inner.chars,
        _with_rows(inner) if span.kind == "image" else inner,
        text.place(span.inner),
        text.place(span.end),
        text.place(span.stop),
        span.display or _alone(text.chars, span),
        span.trouble,
    )


def _alone(text: str, span: Span) -> bool:
    """Whether a formula (with the image link around it) has its line to itself."""
    line = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    after = text[span.stop : text.find("\n", span.stop) % (len(text) + 1)]
    if span.kind == "image":
        return re.fullmatch(r"[\s>*-]*!\[.*\]\(\S*", line) is not None and after.strip() in (
            ")",
            "",
        )
    return not line.strip(" \t>*-") and not after.strip(" \t.,;")


def _with_rows(latex: Stretch) -> Stretch:
    """`\\ &` and a backslash before a wide gap, where an address has lost half of a `\\\\`."""
    chars = re.sub(r"(?<!\\)\\ (?=&| )", r"\\\\", latex.chars)
    return Stretch(chars, latex.places)


_PIECE = re.compile(r"(?:%[0-9A-Fa-f]{2})+|&amp;|[^%+&]+|.", re.DOTALL)


def decoded(address: Stretch) -> Stretch:
    """URL-encoded LaTeX as LaTeX, every character with the place that it came from."""
    chars: list[str] = []
    places: list[int] = []
    for match in _PIECE.finditer(address.chars):
        piece, at = match.group(), match.start()
        if piece in ("&amp;", "&"):
            break
        if piece == "+":
            chars.append(" ")
            places.append(address.place(at))
        elif piece.startswith("%") and len(piece) > 1:
            width = 0
            for char in unquote_to_bytes(piece).decode("utf-8", "replace"):
                chars.append(char)
                places.append(address.place(at + min(width, len(piece) - 3)))
                width += 3 * len(char.encode("utf-8", "replace"))
        else:
            chars += piece
            places += [address.place(at + k) for k in range(len(piece))]
    places.append(address.place(len(address.chars)))
    return Stretch("".join(chars), places)
