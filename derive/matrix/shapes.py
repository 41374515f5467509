r"""Matrix formulas that do not say the shapes: \nabla_x (x^\top A x) = (A + A^\top) x.

A capital is a matrix, a small letter a column and a Greek one a number; small letters are the
other of these two if the formulas fit together otherwise only. Sizes that have to be equal are
made so; where one of them is 1, or two ways of reading are as near, there is no shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeVar

import sympy as sp

from derive.errors import ReadError
from derive.matrix import values as v
from derive.matrix.reader import Matrices
from derive.matrix.values import ShapeError, Value
from derive.terms import family, real, size

_T = TypeVar("_T")
_SCALARS = frozenset("ijlmnNTK")
_FLIPS = 2
"""How many names may be something else than their letters suggest."""

_TRIES = 40
_SHAPED = re.compile(
    r"\^\s*\{?\s*(?:\\top|\\intercal|T\b|\\mathsf|\\mathrm\{T)|\\odot|\\lVert|\\\||\\langle"
    r"|\\(?:operatorname|mathrm|text)\{(?:tr|Tr|diag)\}|\\mathbf\s*\{?\s*[A-Z1]|\\nabla_"
)


def may_have_shapes(texts: Sequence[str]) -> bool:
    """Whether something in formulas is said of vectors or matrices only."""
    return any(_SHAPED.search(text) for text in texts)


@dataclass
class Inferred(Matrices):
    """Names of which nothing says the shape: `kinds` the ranks by name, `equal` the sizes."""

    kinds: dict[str, int] = field(default_factory=dict)
    equal: dict[sp.Expr, sp.Expr] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def value(self, name: str) -> Value:
        """What a name stands for, by its letter. Raises `ReadError` for one not yet defined."""
        if name in self.names or name == "I" or name in self.undefined:
            return super().value(name)
        rank = self.kinds.get(name, _rank(name))
        self.seen.setdefault(name, rank)
        shape = [self._sized(f"{'mn'[k]}_{name.replace(' ', '')}") for k in range(rank)]
        value = v.member(family(name, *shape)) if shape else v.constant(real(name))
        return self.names.setdefault(name, value)

    def open_size(self, source: str, place: int) -> sp.Expr:
        """The size of a vector of ones: that of what it meets."""
        return self._sized(f"n_{place}{len(source)}")

    def _sized(self, name: str) -> sp.Expr:
        found: sp.Expr = size(name)
        while found in self.equal:
            found = self.equal[found]
        return found

    def shapes(self) -> list[tuple[str, str]]:
        """Each name that was given a shape by its letter, with the shape."""
        found = []
        for name in sorted(self.seen):
            rows, columns = self.names[name].shape
            if rows != 1:
                found.append((name, f"{rows} × {columns}" if columns != 1 else f"{rows} numbers"))
        return found

    def join(self, pairs: Sequence[tuple[sp.Expr, sp.Expr]]) -> bool:
        """Take sizes for equal; False if one is a number, or if they are so already."""
        joined = False
        for one, other in pairs:
            first, second = sorted((one, other), key=lambda s: (len(str(s)), str(s)))
            if first == second:
                continue
            if not (isinstance(first, sp.Symbol) and isinstance(second, sp.Symbol)):
                return False
            if v.OPEN[0] in (first, second):
                return False
            self.equal[second] = first
            joined = True
        return joined


def _rank(name: str) -> int:
    """0, 1 or 2 by the letter: numbers, columns, matrices."""
    letter = name.split(" ")[-1].partition("_")[0].partition("^")[0]
    if letter in _SCALARS or len(letter) > 1:
        return 0
    return 2 if letter.isupper() else 1


def inferred(read: Callable[[Inferred], _T]) -> tuple[Inferred, _T] | None:
    """The shapes with which formulas can be read, and what is read; None if there are none.

    Of several ways the one that goes against the fewest letters is taken, if it is alone.
    """
    first, seen = _fitted(read, {})
    if first is not None:
        return first
    for count in range(1, _FLIPS + 1):
        ways = []
        for names in combinations(sorted(x for x in seen if seen[x] < 2), count):
            kinds = {x: 2 if x[0].isupper() else 1 - seen[x] for x in names}
            way, _ = _fitted(read, kinds)
            ways += [way] if way is not None else []
        if ways:
            return ways[0] if len(ways) == 1 else None
    return None


def _fitted(
    read: Callable[[Inferred], _T], kinds: dict[str, int]
) -> tuple[tuple[Inferred, _T] | None, dict[str, int]]:
    """What is read if names are of these kinds, and the names with their kinds."""
    equal: dict[sp.Expr, sp.Expr] = {}
    seen: dict[str, int] = {}
    for _ in range(_TRIES):
        names = Inferred(kinds=kinds, equal=equal, seen=seen)
        try:
            return (names, read(names)), seen
        except ShapeError as error:
            if not names.join(error.pairs):
                return None, seen
        except ReadError:
            return None, seen
    return None, seen
