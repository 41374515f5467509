"""Recurrences one step further back: what v_{t-1} is, where a formula speaks of v_{t-2}."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.documents.task import Fact

_HEAD = re.compile(r"(?P<name>.*?)_(?:(?P<one>[a-z])|\{(?P<braced>[a-z])\})\s*$")
FURTHEST = 6
"""How many steps back a formula is followed."""


def unrolled(facts: Sequence[Fact], sides: Sequence[str]) -> Iterator[Fact]:
    """`v_{t-1} = \\mu v_{t-2} + ...` for `v_t = \\mu v_{t-1} + ...`, as far as sides go back."""
    for fact in facts:
        head = _HEAD.fullmatch(fact.left)
        if fact.kind != "definition" or head is None:
            continue
        letter = head["one"] or head["braced"]
        body = fact.text.partition(" = ")[2]
        before = re.compile(rf"{re.escape(head['name'])}_\{{\s*{letter}\s*-\s*(\d)\s*\}}")
        alone = re.sub(rf"_(?:{letter}|\{{\s*{letter}(?:\s*-\s*\d)?\s*\}})", "", body)
        if not before.search(body) or re.search(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])", alone):
            continue
        furthest = max((int(m[1]) for side in sides for m in before.finditer(side)), default=0)
        for steps in range(1, min(furthest, FURTHEST)):
            text = _shifted(fact.text, letter, steps)
            yield replace(fact, text=text, key=f"{fact.name}_{letter}-{steps}")


def _shifted(text: str, letter: str, steps: int) -> str:
    """A formula in which every subscript t, or t - k, lies some steps further back."""

    def further(m: re.Match[str]) -> str:
        return rf"_{{{letter}-{int(m[1] or 0) + steps}}}"

    return re.sub(rf"_(?:{letter}(?![A-Za-z])|\{{\s*{letter}\s*(?:-\s*(\d)\s*)?\}})", further, text)
