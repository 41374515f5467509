r"""`\frac12` and `\frac1m`: arguments without braces get theirs."""

from __future__ import annotations

from collections.abc import Sequence

from derive.latex.tokens import Token

FRACTIONS = (r"\frac", r"\tfrac", r"\dfrac")


def braced(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens with braces around what stands as a fraction's part without them."""
    found: list[Token] = []
    waiting = list(reversed(tokens))
    while waiting:
        token = waiting.pop()
        found.append(token)
        if token.text in FRACTIONS:
            for _ in range(2):
                _take_part(waiting, found)
    return tuple(found)


def _take_part(waiting: list[Token], found: list[Token]) -> None:
    """Move one part of a fraction, the first digit of a number, a letter or a group."""
    if not waiting or waiting[-1].kind == "end":
        return
    first = waiting.pop()
    if first.text == "{":
        depth, inner = 1, [first]
        while waiting and depth and waiting[-1].kind != "end":
            inner.append(waiting.pop())
            depth += {"{": 1, "}": -1}.get(inner[-1].text, 0)
        found += braced(inner)
        return
    if first.kind == "number" and len(first.text) > 1:
        waiting.append(first._replace(text=first.text[1:], start=first.start + 1))
        first = first._replace(text=first.text[0], end=first.start + 1)
    opening = first._replace(kind="other", text="{", end=first.start)
    found += [opening, first, opening._replace(text="}", start=first.end, end=first.end)]
