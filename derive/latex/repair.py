"""Tokens put right: what typesetting puts around formulas, and what Markdown takes out of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

ROWS = frozenset(
    re.findall(
        r"\S+",
        """aligned align align* alignat split eqnarray eqnarray* gather gather* gathered equation
    equation* multline multline* displaymath math array cases dcases rcases matrix""",
    )
)
"""Environments that consist of rows."""

FRAMES = frozenset({r"\boxed", r"\fbox", r"\cancel", r"\bcancel", r"\xcancel", r"\mathop"})
"""Commands that say nothing of their argument but how it looks."""

_STACKED = frozenset({r"\stackrel", r"\overset", r"\underset"})
_AROUND = FRAMES | _STACKED
_LOST_BREAKS = frozenset({"\\ ", "\\\n"})


class Token(NamedTuple):
    """One token.

    `kind` is number, letter, command, open, close (after \\left, \\right), other or end;
    `wide` says that a \\quad stands before it, `spaced` that any space does.
    """

    kind: str
    text: str
    start: int
    end: int
    wide: bool = False
    spaced: bool = False

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else repr(self.text)


def closing(tokens: Sequence[Token], opening: int) -> int | None:
    """Where the brace that opens at a place is closed."""
    depth = 0
    for k in range(opening, len(tokens)):
        depth += (tokens[k].text == "{") - (tokens[k].text == "}")
        if depth == 0:
            return k
    return None


def with_lost_rows(tokens: list[Token]) -> list[Token]:
    r"""Row breaks that Markdown has halved: `a &= b \ &= c` in rows without any other break.

    Only if what stands before and after each of them has a column mark, as a row would.
    """
    if _LOST_BREAKS.isdisjoint([t.text for t in tokens]):
        return tokens
    found = list(tokens)
    stack: list[int] = []
    for k, token in enumerate(tokens):
        if token.text == r"\begin":
            stack.append(k)
        elif token.text == r"\end" and stack:
            first = stack.pop()
            if _environment(tokens, first) in ROWS:
                _restore(found, first, k)
    return found


def _environment(tokens: Sequence[Token], begin: int) -> str:
    letters = [t.text for t in tokens[begin + 2 : begin + 14]]
    return "".join(letters).partition("}")[0]


def _restore(tokens: list[Token], first: int, last: int) -> None:
    if any(t.text == r"\\" for t in tokens[first:last]):
        return
    breaks, depth = [], -1
    for k in range(first, last):
        depth += (tokens[k].text in ("{", r"\begin")) - (tokens[k].text in ("}", r"\end"))
        if depth == 0 and tokens[k].text in _LOST_BREAKS:
            breaks.append(k)
    ends = [first, *breaks, last]
    rows = [tokens[a:b] for a, b in pairwise(ends)]
    if breaks and all(any(t.text == "&" for t in row) for row in rows):
        for k in breaks:
            tokens[k] = tokens[k]._replace(kind="command", text=r"\\")


def without_frames(tokens: list[Token], is_relation: Callable[[Token], bool]) -> list[Token]:
    r"""Without \boxed and the like, and with the relation in `\stackrel{def}{=}` alone."""
    if _AROUND.isdisjoint([t.text for t in tokens]):
        return tokens
    dropped: set[int] = set()
    for k, token in enumerate(tokens):
        if k + 1 >= len(tokens) or tokens[k + 1].text != "{":
            continue
        end = closing(tokens, k + 1)
        if end is None:
            continue
        if token.text in FRAMES:
            dropped.add(k)
            if _has_relation(tokens[k + 2 : end], is_relation):
                dropped |= {k + 1, end}
        elif token.text in _STACKED and end + 1 < len(tokens) and tokens[end + 1].text == "{":
            after = closing(tokens, end + 1)
            if after is not None and _has_relation(tokens[end + 2 : after], is_relation):
                dropped |= {*range(k, end + 2), after}
    return [t for k, t in enumerate(tokens) if k not in dropped]


def _has_relation(tokens: Sequence[Token], is_relation: Callable[[Token], bool]) -> bool:
    depth = 0
    for token in tokens:
        opens = token.text in ("{", "(", "[", r"\{", r"\begin", r"\left") or token.kind == "open"
        closes = token.text in ("}", ")", "]", r"\}", r"\end", r"\right") or token.kind == "close"
        depth += opens - closes
        if depth == 0 and (is_relation(token) or token.text in ("&", r"\\")):
            return True
    return False
