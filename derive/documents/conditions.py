"""Conditions that a text puts after a formula: `f'(x) = 1` for `x > 0`, or for positive `x`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derive.documents.pieces import Found, Piece, Remark, Words
from derive.errors import ReadError
from derive.latex.notation import INDEX_LETTERS
from derive.latex.outline import Outline, outline

_LINK = r"(?:for|if|when|whenever|provided(?: that)?|as long as|für|wenn|falls|[（(]\s*(?:当|若))"
# A condition after a formula goes on with its sentence: no capital, no new paragraph.
_BEFORE = re.compile(
    rf"^[ \t]*\n?[\t ,，(]*(?:and\s+)?{_LINK}(?:\s+(?:all|every|any|each|alle|jedes))?\s*$"
)
_SIGN_BEFORE = re.compile(
    rf"^[ \t]*\n?[\t ,，(]*{_LINK}\s+(?:all\s+|every\s+|any\s+)?"
    r"(positive|negative|non-?negative|pos\.|neg\.)(?:\s+\w+)?\s*$"
)
_SIGN_AFTER = re.compile(
    r"^\s*(?:is|are|ist)\s+(positive|negative|non-?negative|positiv|negativ)\b"
)
_JOINS = re.compile(r"\band\b|[,;，；]")
_GOES_ON = re.compile(r"^\s*,?\s*(?:we|one|it|this|the|man|es)\b|^\s*:", re.IGNORECASE)
# ... and for x > 0 we have: the condition is that of what follows.
_GIVEN_BEFORE = re.compile(
    r"(?:^|\W)(?:for|if|when|whenever|where|with|assuming|provided|given|suppose|für|wenn|falls)"
    r"(?:\s+(?:all|any|every|that|some))?\s*$|(?:当|若|如果|对于|假设|设)\s*$|[(（]\s*$",
    re.IGNORECASE,
)
_IF_BEFORE = re.compile(
    r"(?:^|\W)(?:if|when|whenever|suppose(?: that)?|wenn|falls)\s*$|(?:当|若|如果)\s*$",
    re.IGNORECASE,
)
_LETTER = re.compile(r"\\?[A-Za-z]+(?:_\{?\w+\}?)?")
_RELATIONS = {"pos": "> 0", "neg": "< 0", "non": r"\geq 0"}
_INEQUALITIES = frozenset({"<", ">", "<=", ">=", "!="})


def compares_indices(shape: Outline) -> bool:
    """`q = j`, `i \\neq j`, `n = 1`: indices and sizes compared."""
    if len(shape.lines) != 1 or len(shape.lines[0].relations) != 1:
        return False
    line = shape.lines[0]
    if line.relations[0] not in ("=", "!="):
        return False
    indices = INDEX_LETTERS | {"N", "K"}
    return line.sides[0] in indices and (line.sides[1] in indices or line.sides[1].isdigit())


def is_condition_before(shape: Outline, words: str) -> bool:
    """Whether inequalities state a condition on what comes: `when $ts < 1$: ...`.

    So does an equation of two letters after an if, which gives none of them a meaning.
    """
    relations = [r for line in shape.lines for r in line.relations]
    if relations == ["="] and all(map(_LETTER.fullmatch, shape.lines[0].sides)):
        return _IF_BEFORE.search(words) is not None
    inequalities = bool(relations) and set(relations) <= _INEQUALITIES
    return inequalities and _GIVEN_BEFORE.search(words) is not None


def conditions_after(pieces: Sequence[Piece]) -> tuple[dict[int, str], frozenset[int]]:
    """The condition (LaTeX) that stands after a formula, by the formula's place in the file.

    With it come the places of the formulas that state such conditions.
    """
    found: dict[int, str] = {}
    stated: set[int] = set()
    plain = [p for p in pieces if not isinstance(p, Remark)]
    for k, piece in enumerate(plain[:-2]):
        words, formula = plain[k + 1], plain[k + 2]
        if not isinstance(piece, Found) or not isinstance(words, Words):
            continue
        if not isinstance(formula, Found) or piece.start in stated:
            continue
        after = plain[k + 3] if k + 3 < len(plain) else None
        for condition in _stated(words, formula, after):
            found[piece.start] = condition
            stated.add(formula.start)
    return found, frozenset(stated)


def _stated(words: Words, formula: Found, after: Piece | None) -> Iterator[str]:
    """The condition that the words before a formula, and those after it, make of it."""
    if formula.display or formula.trouble:
        return
    text = formula.source.chars.strip()
    sign = _SIGN_BEFORE.match(words.text)
    if sign is None and _BEFORE.match(words.text) and isinstance(after, Words):
        sign = _SIGN_AFTER.match(after.text)
    if sign is not None:
        if re.fullmatch(r"\\?[A-Za-z]+(?:_\{?\w+\}?)?", text):
            yield f"{text} {_RELATIONS[sign[1][:3].lower()]}"
    elif _BEFORE.match(words.text) and _is_inequality(text):
        following = after.text if isinstance(after, Words) else ""
        if not (_JOINS.search(words.text) and _GOES_ON.match(following)):
            yield text


def _is_inequality(text: str) -> bool:
    try:
        lines = outline(text).lines
    except ReadError:
        return False
    return bool(lines) and all(x.relations and set(x.relations) <= _INEQUALITIES for x in lines)
