"""A product of members as a graph, and the product of matrices that it reduces to.

Indices are places, a factor with two indices is an edge, a factor with one a weight at its place.
A place that is summed over goes: with one edge it becomes a weight (W x), with two a longer edge
(A B); edges between the same places are multiplied entry by entry (A ⊙ B). What is left stands
over the ends.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from derive.matrix.entries import Entries, NoNotationError, Style
from derive.terms import free

Factors = tuple[tuple[str, bool | None], ...]
"""A product of matrices: each as written, and whether transposed (None: symmetric)."""

Edge = tuple[sp.Symbol, sp.Symbol, Factors]


class Graph:
    """Places, edges between them and weights at them. Raises `NoNotationError`."""

    def __init__(
        self,
        factors: Sequence[sp.Expr],
        ends: Sequence[sp.Symbol],
        bound: Sequence[sp.Symbol],
        style: Style,
    ) -> None:
        self.style = style
        self.ends = list(ends)
        self.edges: list[Edge] = []
        self.weights: dict[sp.Symbol, list[str]] = {k: [] for k in (*ends, *bound)}
        self.scalars: list[str] = []
        for f in factors:
            touched = [k for k in self.weights if k in free(f)]
            if len(touched) == 1:
                self.weights[touched[0]].append(Entries(style, (touched[0],)).write(f))
            elif len(touched) == 2:
                self._add(self._edge(f, touched[0], touched[1]))
            else:
                raise NoNotationError
        self._reduce(list(bound))

    def _edge(self, f: sp.Expr, one: sp.Symbol, other: sp.Symbol) -> Edge:
        if isinstance(f, sp.KroneckerDelta):
            return (one, other, ())
        try:
            return (one, other, ((Entries(self.style, (one, other)).write(f), False),))
        except NoNotationError:
            return (other, one, ((Entries(self.style, (other, one)).write(f), False),))

    def _add(self, edge: Edge) -> None:
        """Two edges between the same places are one, entry by entry."""
        for place, known in enumerate(self.edges):
            if {*known[:2]} == {*edge[:2]}:
                if not (known[2] and edge[2]):
                    raise NoNotationError
                pair = [known[2], _facing(edge, known[0])]
                both = self.style.product([self._written(m) for m in pair])
                self.edges[place] = (known[0], known[1], ((both, False),))
                return
        self.edges.append(edge)

    def _reduce(self, bound: list[sp.Symbol]) -> None:
        while bound:
            counts = {k: sum(k in e[:2] for e in self.edges) for k in bound}
            # The last first: x^T A y is x^T (A y).
            place = next((k for n in (1, 2, 0) for k in reversed(bound) if counts[k] == n), None)
            if place is None:
                raise NoNotationError
            bound.remove(place)
            touching = [e for e in self.edges if place in e[:2]]
            self.edges = [e for e in self.edges if e not in touching]
            weights = self.weights.pop(place)
            if not touching:
                self._scalar(weights)
            elif len(touching) == 1:
                self._leaf(touching[0], place, weights)
            else:
                self._series(touching[0], touching[1], place, weights)

    def _leaf(self, edge: Edge, place: sp.Symbol, weights: list[str]) -> None:
        there = edge[1] if edge[0] == place else edge[0]
        column = self._column(weights)
        matrix = self._written(_facing(edge, there))
        if matrix:
            column = f"{self.style.factor(matrix)} {self.style.factor(column)}"
        self.weights[there].append(column)

    def _series(self, one: Edge, other: Edge, place: sp.Symbol, weights: list[str]) -> None:
        start = one[1] if one[0] == place else one[0]
        stop = other[1] if other[0] == place else other[0]
        middle: Factors = ((self._diagonal(weights), None),) if weights else ()
        self._add((start, stop, _facing(one, start) + middle + _facing(other, place)))

    def _scalar(self, weights: list[str]) -> None:
        style = self.style
        if not weights:
            raise NoNotationError
        if len(weights) == 2:
            one, other = sorted(weights)
            row = style.transposed(style.factor(one))
        else:
            row, other = style.transposed(style.ones), self._column(weights)
        self.scalars.append(f"({row} {style.factor(other)})")

    def matrix(self) -> str:
        """What stands over the ends: a column, a matrix, or nothing without ends."""
        if not self.ends:
            return ""
        if len(self.ends) == 1:
            return self._column(self.weights[self.ends[0]])
        rows, columns = self.ends
        if not self.edges:
            left, right = (self._column(self.weights[k]) for k in self.ends)
            return f"{self.style.factor(left)} {self.style.transposed(right)}"
        (edge,) = self.edges
        factors = list(_facing(edge, rows))
        for place, at in ((rows, 0), (columns, len(factors) + 1)):
            if self.weights[place]:
                factors.insert(at, (self._diagonal(self.weights[place]), None))
        return self._written(tuple(factors)) or self.style.identity

    def _column(self, weights: list[str]) -> str:
        return self.style.product(weights) if weights else self.style.ones

    def _diagonal(self, weights: list[str]) -> str:
        return f"{self.style.diagonal}({self.style.product(weights)})"

    def _written(self, factors: Factors) -> str:
        texts = [self.style.transposed(t) if flipped else t for t, flipped in factors]
        return " ".join(map(self.style.factor, texts)) if len(texts) > 1 else "".join(texts)


def _facing(edge: Edge, at: sp.Symbol) -> Factors:
    """The product read from a place on: transposed and turned round from its other end."""
    if edge[0] == at:
        return edge[2]
    return tuple((t, None if f is None else not f) for t, f in reversed(edge[2]))
