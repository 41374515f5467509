r"""Claims that say what follows from what: `A \implies B`, `A \iff B`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ARROW = re.compile(
    r"\\(?P<there>implies|Rightarrow|Longrightarrow)(?![A-Za-z])"
    r"|\\(?P<both>iff|Leftrightarrow|Longleftrightarrow)(?![A-Za-z])"
)
_SCOPE = re.compile(r"\\\\|\\begin(?![A-Za-z])|\\end(?![A-Za-z])|\\[{}]|[{}]")
_BETWEEN = " ,;&\n"


@dataclass(frozen=True)
class Implied:
    """What is to be shown (LaTeX), the premises, and at which places of the claim they begin."""

    claim: str
    offset: int
    premises: tuple[str, ...]
    places: tuple[int, ...]


def implications(claim: str) -> list[Implied]:
    r"""What a claim with arrows between its parts asserts; nothing for any other claim.

    After `A \implies B \implies C`, C may use A and B.
    """
    parts: list[tuple[str, int]] = []
    arrows: list[str] = []
    begin = 0
    for match in _ARROW.finditer(claim):
        if _depth(claim[: match.start()]) == 0:
            parts.append((claim[begin : match.start()], begin))
            arrows.append(match.lastgroup or "there")
            begin = match.end()
    parts.append((claim[begin:], begin))
    if not arrows or not all(text.strip(_BETWEEN) for text, _ in parts):
        return []
    return list(_asserted([_stripped(*part) for part in parts], arrows))


def _stripped(text: str, at: int) -> tuple[str, int]:
    """A part without what separates it from others, and where it then begins."""
    bare = text.lstrip(_BETWEEN)
    return bare.rstrip(_BETWEEN), at + len(text) - len(bare)


def _asserted(parts: list[tuple[str, int]], arrows: list[str]) -> Iterator[Implied]:
    for place, arrow in enumerate(arrows, start=1):
        texts, places = zip(*parts[:place], strict=True)
        yield Implied(*parts[place], texts, places)
        if arrow == "both":
            text, at = parts[place]
            yield Implied(*parts[place - 1], (text,), (at,))


def _depth(text: str) -> int:
    """How many braces and environments are open at the end of a text."""
    depth = 0
    for match in _SCOPE.finditer(text):
        depth += {"{": 1, "}": -1, r"\begin": 1, r"\end": -1}.get(match.group(), 0)
    return depth
