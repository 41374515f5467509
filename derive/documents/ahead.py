"""Names that a formula uses before the rest of its paragraph says what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.documents.pieces import Found, Heading, Piece, Words
from derive.documents.task import Judged
from derive.errors import ReadError
from derive.latex.outline import Outline, outline


def defined_after(
    pieces: Sequence[Piece], found: Found, shape: Outline, known: set[str], words: frozenset[str]
) -> str:
    """The first name of a formula that a later one in the same paragraph defines, if any."""
    at = next((k for k, p in enumerate(pieces) if p.start == found.start), len(pieces))
    for piece in pieces[at + 1 :]:
        if isinstance(piece, Heading) or (isinstance(piece, Words) and "\n\n" in piece.text):
            break
        if not isinstance(piece, Found):
            continue
        try:
            lines = outline(piece.source.chars, words).lines
        except ReadError:
            continue
        heads = [x.head.name for x in lines if x.relations[:1] == ("=",) and x.head is not None]
        early = next((n for n in heads if n in shape.names - known), "")
        if early:
            return early
    return ""


def without_refutation(judged: Judged, name: str) -> Judged:
    """The steps with nothing refuted for the sake of a name that has no meaning yet."""
    reason = f"{name} is defined only after this"
    steps = tuple(
        replace(s, verdict="undecided", reason=reason, counterexample=None, suggestion=None)
        if s.verdict == "refuted"
        else s
        for s in judged.steps
    )
    return replace(judged, steps=steps)
