"""Names that a formula uses before the text after it says what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.documents.facts import is_update
from derive.documents.pieces import Found, Heading, Piece, Words
from derive.documents.task import Judged
from derive.errors import ReadError
from derive.latex.outline import Line, Outline, outline

_WHERE = re.compile(
    r"^[\s,;.，。；*]*(?:where|with|here|in which|wobei|mit|hier|其中|这里|式中)"
    r"(?:\s+(?:the\s+)?\w+){0,4}[\s:：，,]*$",
    re.IGNORECASE,
)
_AND = re.compile(r"^[\s,;，；、*]*(?:and|und|with|where|以及|和|且)?[\s,，]*$", re.IGNORECASE)


def explained_after(
    pieces: Sequence[Piece], found: Found, shape: Outline, words: frozenset[str]
) -> Iterator[Line]:
    """The definitions of a formula's names that the words after it announce: `where z = wx + b`."""
    at = next((k for k, p in enumerate(pieces) if p.start == found.start), len(pieces))
    link = _WHERE
    for between, piece in zip(pieces[at + 1 :: 2], pieces[at + 2 :: 2], strict=False):
        stated = isinstance(between, Words) and link.match(between.text)
        if not stated or not isinstance(piece, Found):
            return
        link = _AND
        try:
            lines = outline(piece.source.chars, words).lines
        except ReadError:
            continue
        for line in lines:
            named = line.relations[:1] == ("=",) and line.head is not None and not line.value(1)
            if named and line.head is not None and line.head.name in shape.names:
                yield line


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
        heads = [x.head.name for x in lines if x.relations[:1] == ("=",) and x.head is not None
                 and not is_update(x)]  # fmt: skip
        early = next((n for n in heads if n in shape.names - known), "")
        if early:
            return early
    return ""


def without_refutation(judged: Judged, early: str, unread_of: str) -> Judged:
    """The steps with nothing refuted where the text says more of their names.

    `early` is a name that it defines only later, `unread_of` one of which the same paragraph has
    a formula that could not be read; the steps stay as they are if both are empty.
    """
    if not (early or unread_of):
        return judged
    unread = f"a formula of the same paragraph could not be read, and says more of {unread_of}"
    reason = f"{early} is defined only after this" if early else unread
    steps = tuple(
        replace(s, verdict="undecided", reason=reason, counterexample=None, suggestion=None)
        if s.verdict == "refuted"
        else s
        for s in judged.steps
    )
    return replace(judged, steps=steps)
