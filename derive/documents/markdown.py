"""Markdown: headings, formulas, prose and comments; code is skipped."""

from __future__ import annotations

import re
from bisect import bisect_left

from markdown_it import MarkdownIt
from markdown_it.token import Token

from derive.documents.assemble import Marks, assemble, inside, remark_in
from derive.documents.pieces import Heading, Piece, Remark, Stretch
from derive.documents.scan import Scanner, Span

_RUN = re.compile("`+")
# A paragraph that begins with a title in bold: `**Hinge loss.** For ...`, `**tanh**: $f(x) ...`
_RUN_IN = re.compile(
    r"(\A|\n[ \t]*\n)[ ]{0,3}(\*\*|__)([^*_\n$]{2,60}?)(?:[.:：]\2(?=[ \t：])|\2[ \t]?[:：])"
)
RUN_IN = 7
_BLANK = re.compile(r"\n[ \t]*\n")
_TICKED = re.compile(r"\$`([^`$\n]+)`\$")


def pieces_of(text: Stretch) -> tuple[Piece, ...]:
    """What a Markdown text consists of."""
    chars = text.chars
    tokens = MarkdownIt("commonmark", {"maxNesting": 50}).parse(chars)
    lines = _line_starts(chars)
    blocks = _code_blocks(tokens, lines)
    comments, remarks = _comments(chars, blocks)
    masked = _merged([*blocks, *comments, *_inline_code(chars, blocks)])
    spans = list(Scanner(chars, masked).spans())
    spans += _math_fences(tokens, lines, chars)
    headings = [
        Heading(lines[t.map[0]], int(t.tag[1:]), tokens[k + 1].content)
        for k, t in enumerate(tokens)
        if t.type == "heading_open" and t.map
    ]
    headings += [
        Heading(m.start(2), RUN_IN, m[3].rstrip(".:："))
        for m in _RUN_IN.finditer(chars)
        if not inside(m.start(2), masked)
    ]
    headings.sort(key=lambda heading: heading.start)
    covered = sorted((s.start, s.stop) for s in spans)
    headings = [h for h in headings if not inside(h.start, covered)]
    return assemble(text, Marks(spans, headings, remarks, masked))


def _line_starts(text: str) -> list[int]:
    # Markdown's own idea of a line: a form feed or U+2028 does not end one.
    starts = [0, *(m.end() for m in re.finditer(r"\r\n|\n|\r", text))]
    return [*starts, len(text)]


def _code_blocks(tokens: list[Token], lines: list[int]) -> list[tuple[int, int]]:
    return [
        (lines[t.map[0]], lines[min(t.map[1], len(lines) - 1)])
        for t in tokens
        if t.type in ("fence", "code_block") and t.map and not _is_math(t)
    ]


def _is_math(token: Token) -> bool:
    indented = token.type == "code_block" and token.content.lstrip().startswith("$$")
    return token.info.strip() == "math" or indented


def _math_fences(tokens: list[Token], lines: list[int], text: str) -> list[Span]:
    found = []
    for t in tokens:
        if t.type == "fence" and t.map and t.info.strip() == "math":
            start, stop = lines[t.map[0]], lines[min(t.map[1], len(lines) - 1)]
            inner = text.find("\n", start) + 1
            end = text.rfind("\n", inner, max(stop - 1, inner)) + 1 or stop
            found.append(Span(start, inner, max(end - 1, inner), stop, "double"))
    return found


def _comments(text: str, code: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], list[Remark]]:
    spans: list[tuple[int, int]] = []
    remarks = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        at = end + 3
        if inside(start, code):
            at = start + 4
            continue
        spans.append((start, at))
        remark = remark_in(text[start + 4 : end], start)
        if remark is not None:
            remarks.append(remark)
    return spans, remarks


def _inline_code(text: str, blocks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans between two equally long runs of backticks in one paragraph."""
    ticked = {at for m in _TICKED.finditer(text) for at in (m.start() + 1, m.end() - 2)}
    runs = [m.span() for m in _RUN.finditer(text)]
    runs = [r for r in runs if r[0] not in ticked and not inside(r[0], blocks)]
    closing: dict[tuple[int, int], int] = {}
    blanks = [m.start() for m in _BLANK.finditer(text)]
    partner: list[int | None] = [None] * len(runs)
    for k in range(len(runs) - 1, -1, -1):
        start, end = runs[k]
        paragraph = bisect_left(blanks, start)
        partner[k] = closing.get((end - start, paragraph))
        closing[end - start, paragraph] = k
    found, k = [], 0
    while k < len(runs):
        other = partner[k]
        if other is None:
            k += 1
            continue
        found.append((runs[k][0], runs[other][1]))
        k = other + 1
    return found


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
