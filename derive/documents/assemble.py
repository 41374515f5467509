"""From marks in a text to its pieces in reading order."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from derive.documents.macros import Macro, defining_spans, expand, macros_in
from derive.documents.pieces import Found, Heading, Piece, Remark, Stretch, Words
from derive.documents.scan import Span, formula_at
from derive.errors import DeriveError

_REMARK = re.compile(r"\s*derive:\s*(assume|define|ignore|expect)\b\s*(.*)", re.DOTALL)


@dataclass
class Marks:
    """Where formulas, headings and remarks stand in a text, and what to skip."""

    spans: list[Span]
    headings: list[Heading]
    remarks: list[Remark]
    masked: list[tuple[int, int]] = field(default_factory=list)


def inside(at: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a place lies in one of these disjoint spans, which are in order."""
    k = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return k >= 0 and at < spans[k][1]


def remark_in(comment: str, start: int) -> Remark | None:
    """What a comment says to the checker, if it speaks to it."""
    match = _REMARK.match(comment)
    if match is None:
        return None
    return Remark(start, match[1], match[2].strip().strip("$").strip())


def assemble(
    text: Stretch, marks: Marks, macros: Mapping[str, Macro] | None = None
) -> tuple[Piece, ...]:
    """The pieces of a text; all places become the file's. What is masked is no prose."""
    known = macros_in(text.chars) if macros is None else macros
    skip = defining_spans(text.chars) if known else []
    formulas: list[tuple[int, int, Piece]] = [
        (s.start, s.stop, _expanded(formula_at(text, s), known))
        for s in sorted(marks.spans, key=lambda s: s.start)
        if not inside(s.start, skip)
    ]
    others: list[tuple[int, int, Piece]] = []
    others += [(h.start, h.start, replace(h, start=text.place(h.start))) for h in marks.headings]
    others += [(r.start, r.start, replace(r, start=text.place(r.start))) for r in marks.remarks]
    events = sorted([*formulas, *others], key=lambda event: event[0])
    pieces: list[Piece] = []
    at = 0
    for start, stop, piece in events:
        pieces += _prose(text, at, start, marks.masked)
        pieces.append(piece)
        at = max(at, stop)
    pieces += _prose(text, at, len(text.chars), marks.masked)
    return tuple(pieces)


def _prose(text: Stretch, start: int, end: int, masked: list[tuple[int, int]]) -> list[Piece]:
    kept, at = [], start
    for a, b in masked[max(bisect_right(masked, start, key=lambda m: m[0]) - 1, 0) :]:
        if a >= end:
            break
        kept.append(text.chars[at : max(a, at)])
        at = max(min(b, end), at)
    words = "".join([*kept, text.chars[at:end]])
    return [Words(text.place(start), words)] if words.strip() else []


def _expanded(formula: Found, macros: Mapping[str, Macro]) -> Found:
    if formula.trouble or not macros:
        return formula
    try:
        return replace(formula, source=expand(formula.source, macros))
    except DeriveError as error:
        return replace(formula, trouble=str(error))
