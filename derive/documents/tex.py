"""LaTeX documents: sections, formulas, comments; `\\input` is not followed."""

from __future__ import annotations

import re

from derive.documents.assemble import Marks, assemble, remark_in
from derive.documents.macros import macros_in
from derive.documents.pieces import Heading, Piece, Stretch
from derive.documents.scan import Scanner

_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*(%[^\n]*)")
_VERBATIM = re.compile(
    r"\\begin\{(verbatim|lstlisting|minted|comment)\*?\}.*?\\end\{\1\*?\}"
    r"|\\(?:verb|lstinline)\*?(?P<bar>[^A-Za-z\s*{])(?:(?!(?P=bar)).)*(?P=bar)",
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
    verbatim = [m.span() for m in _VERBATIM.finditer(chars)]
    comments, remarks = [], []
    for match in _COMMENT.finditer(chars):
        if any(a <= match.start(1) < b for a, b in verbatim):
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
        if not any(a <= m.start() < b for a, b in masked)
    ]
    spans = list(Scanner(chars, masked).spans())
    bare = _without_comments(chars, comments)
    return assemble(text, Marks(spans, headings, remarks, masked), macros_in(bare))


def _without_comments(text: str, comments: list[tuple[int, int]]) -> str:
    """The text with blanks where comments stand, so that offsets stay."""
    parts, at = [], 0
    for start, end in comments:
        parts += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*parts, text[at:]])
