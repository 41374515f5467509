"""LaTeX documents: sections, formulas, comments; `\\input` is not followed."""

from __future__ import annotations

import re

from derive.documents.assemble import Marks, assemble, inside, remark_in
from derive.documents.macros import macros_in
from derive.documents.pieces import Heading, Piece, Stretch
from derive.documents.scan import Scanner

_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*(%[^\n]*)")
_VERBATIM = re.compile(
    r"\\begin\{(?P<name>(?:verbatim|lstlisting|minted|comment)\*?)\}"
    r"|\\(?:verb|lstinline)\*?(?P<bar>[^A-Za-z\s*{])[^\n]*?(?P=bar)"
    r"|\\iffalse(?![A-Za-z]).*?\\fi(?![A-Za-z])",
    re.DOTALL,
)
_SECTION = re.compile(
    r"\\(part|chapter|section|subsection|subsubsection|paragraph)\*?(?:\[[^\]]*\])?"
    r"\{((?:[^{}]|\{[^{}]*\})*)\}"
)
_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")


def pieces_of(text: Stretch) -> tuple[Piece, ...]:
    """What a LaTeX text consists of."""
    chars = text.chars
    verbatim = _verbatim(chars)
    comments, remarks = [], []
    for match in _COMMENT.finditer(chars):
        if inside(match.start(1), verbatim):
            continue
        comments.append(match.span(1))
        remark = remark_in(match.group(1)[1:], match.start(1))
        if remark is not None:
            remarks.append(remark)
    masked = sorted([*verbatim, *comments])
    masked = [s for k, s in enumerate(masked) if not k or s[0] >= masked[k - 1][1]]
    headings = [
        Heading(m.start(), _LEVELS.index(m[1]) + 1, m[2])
        for m in _SECTION.finditer(chars)
        if not inside(m.start(), masked)
    ]
    spans = list(Scanner(chars, masked).spans())
    bare = _without_comments(chars, comments)
    return assemble(text, Marks(spans, headings, remarks, masked), macros_in(bare))


def _verbatim(text: str) -> list[tuple[int, int]]:
    """Where a text is shown as it is written; an environment that never ends is none."""
    found: list[tuple[int, int]] = []
    missing: set[str] = set()
    at = 0
    while (match := _VERBATIM.search(text, at)) is not None:
        at = match.end()
        name = match["name"]
        if name is not None and name not in missing:
            end = text.find(rf"\end{{{name}}}", at)
            missing |= {name} if end < 0 else set()
            at = max(at, end)
        if name is None or name not in missing:
            found.append((match.start(), at))
    return found


def _without_comments(text: str, comments: list[tuple[int, int]]) -> str:
    """The text with blanks where comments stand, so that offsets stay."""
    parts, at = [], 0
    for start, end in comments:
        parts += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*parts, text[at:]])
