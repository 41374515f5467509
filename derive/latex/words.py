"""Letters that stand together: which are words, and where a run such as `ylnp` falls apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

from derive.functions import catalogue
from derive.latex.notation import ABBREVIATIONS, FUNCTIONS, INVERSES, OPAQUE, RECIPROCALS, RELATIONS
from derive.latex.tokens import Token

_BEFORE_NAME = frozenset({"", r"\\", "&", ",", r"\partial", r"\therefore", r"\quad"})
_AFTER_NAME = frozenset({"_", "[", "(", "&", *RELATIONS})
_MEMBER_AFTER = frozenset({"[", "("})
_INNER = ("log", "ln")


@cache
def common_words() -> frozenset[str]:
    """The words of every formula: functions, and the catalogue's names of three or more letters."""
    names = [*catalogue, *catalogue.aliases]
    own = frozenset(n for n in names if len(n) > 2 and n.isalpha())
    return own | frozenset(FUNCTIONS) | frozenset(RECIPROCALS) | INVERSES | OPAQUE | ABBREVIATIONS


def words_of(formulas: Iterable[Sequence[Token]], known: Iterable[str] = ()) -> frozenset[str]:
    """The multi-letter names: known ones, and runs that stand alone where a name must stand.

    A run of three or more letters is a name if it is a whole left side, what a ∂ is taken of,
    or what stands in an index bracket.
    """
    found = {w for w in known if len(w) > 1 and w.isalpha()} | common_words()
    for tokens in formulas:
        for first, last in runs(tokens):
            run = "".join(t.text for t in tokens[first : last + 1])
            long = len(run) > 2 or _is_abbreviation(tokens, first, last)
            if long and not _inner(run) and _stands_alone(tokens, first, last):
                found.add(run)
    return frozenset(found)


def _is_abbreviation(tokens: Sequence[Token], first: int, last: int) -> bool:
    """`PP = 2^H`: two capitals as a left side, which the formula does not use one by one."""
    pair = {t.text for t in tokens[first : last + 1]}
    whole = first == 0 and last == 1 and tokens[2].text in ("=", "(")
    if not whole or not all(x.isupper() for x in pair):
        return False
    return not any(t.text in pair for t in tokens[2:])


def runs(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """First and last position of every run of adjacent letters; a letter as a script is none."""
    found: list[tuple[int, int]] = []
    for k, (one, other) in enumerate(pairwise(tokens)):
        if one.kind == other.kind == "letter" and one.end == other.start:
            if found and found[-1][1] == k:
                found[-1] = (found[-1][0], k + 1)
            elif not k or tokens[k - 1].text not in ("_", "^"):
                found.append((k, k + 1))
    return found


def _stands_alone(tokens: Sequence[Token], first: int, last: int) -> bool:
    before = tokens[first - 1].text if first else ""
    after = tokens[last + 1].text
    if before == "{" and after == "}":
        return first > 1 and tokens[first - 2].text == r"\partial"
    if before == "[":
        return after == "]"
    if after == "[" and _holds_one_index(tokens, last + 1):
        return True
    return before in _BEFORE_NAME and (
        after in _AFTER_NAME or (before == r"\partial" and after == "}")
    )


def _holds_one_index(tokens: Sequence[Token], bracket: int) -> bool:
    """`weight[class]`, `x[0]`: brackets with one word or number in them, as in code."""
    k = bracket + 1
    while tokens[k].kind == "letter" and (k == bracket + 1 or tokens[k - 1].end == tokens[k].start):
        k += 1
    k += tokens[k].kind == "number" and k == bracket + 1
    return k > bracket + 1 and tokens[k].text == "]"


def split_run(run: str, words: frozenset[str], bracket_follows: bool) -> list[str] | None:
    """A run of letters as names: `ylnp` is y, ln, p; None if it is an unknown word.

    Only `log` and `ln` are found inside a run, between at most two letters and one; another
    function's name must end the run and be followed by a bracket: `cost` is no cosine.
    """
    if run in words or len(run) == 1:
        return [run]
    inner = _inner(run)
    if inner:
        return inner
    if run[0] == "d" and run[1:] in words:
        return ["d", run[1:]]
    if bracket_follows:
        for start in range(1, len(run) - 1):
            if run[start:] in words and len(run) - start > 2 and start <= 2:
                return [*run[:start], run[start:]]
    return list(run) if len(run) <= 3 else None


def _inner(run: str) -> list[str] | None:
    for word in _INNER:
        before, found, after = run.partition(word)
        if found and len(before) <= 2 and len(after) <= 1 and (before or after):
            return [*before, word, *after]
    return None
