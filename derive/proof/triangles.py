"""Sums over ordered indices: Σ_j Σ_{i≤j}, and sums with the mark of an order, [i < j]."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import sympy as sp
from flint import fmpq

from derive.errors import UnsupportedError
from derive.proof.algebra import Algebra
from derive.proof.field import Frac
from derive.proof.signs import NEGATIVE, NONNEGATIVE, POSITIVE
from derive.terms import index

Range = tuple[sp.Symbol, Frac]
Renamed = Callable[[Frac, dict[sp.Symbol, sp.Expr]], Frac]
Summed = Callable[[Frac, Sequence[Range]], Frac]


def triangle(
    algebra: Algebra,
    body: Frac,
    last: Range,
    others: Sequence[Range],
    renamed: Renamed,
    summed: Summed,
) -> Frac:
    """Σ_j Σ_{k≤j} f: half of the square and its diagonal if f is symmetric, else with [k ≤ j]."""
    k, high = last
    ends = [(j, size) for j, size in others if high.same(algebra.normal(j))]
    if not ends:
        raise UnsupportedError("a sum whose range depends on another summation index")
    ((j, size),) = ends
    square = [(k, size), *others]
    with algebra.binding(square):
        spare = index("_s")
        if renamed(renamed(body, {k: spare, j: k}), {spare: j}).same(body):
            both = summed(body, square) + summed(renamed(body, {k: j}), others)
            return both * algebra.field.constant(fmpq(1, 2))
        marked = body * algebra.indicator(high - algebra.normal(k), NONNEGATIVE)
    return summed(marked, square)


def counted(algebra: Algebra, body: Frac, ranges: Sequence[Range], summed: Summed) -> Frac | None:
    """Σ_i [i < j] f(j) = (j − 1) f(j), for indices that run over the same; None for other sums."""
    sizes = dict(ranges)
    for g, rest in _marks(algebra, body):
        indices = algebra.field.generators[g].indices
        if not indices <= sizes.keys():
            continue
        one, other = sorted(indices, key=str)
        for i, j in ((one, other), (other, one)):
            if i in rest.indices or not sizes[i].same(sizes[j]):
                continue
            count = _count(algebra, g, i, j, sizes[i])
            if count is not None:
                return summed(rest * count, [r for r in ranges if r[0] != i])
    return None


def beside_order(algebra: Algebra, body: Frac) -> Frac | None:
    """The other factor of a body with a mark [i < j]; None if it has none."""
    return next((rest for _, rest in _marks(algebra, body)), None)


def _marks(algebra: Algebra, body: Frac) -> Iterator[tuple[int, Frac]]:
    """The marks of an order of two indices that a body has as factors, with the other factor."""
    for g in body.generators:
        generator = algebra.field.generators[g]
        if generator.kind == "indicator" and len(generator.indices) == 2:
            rest = _without(algebra, body, g)
            if rest is not None:
                yield g, rest


def _without(algebra: Algebra, body: Frac, g: int) -> Frac | None:
    """The other factor of a body that has a mark as a factor; a mark divides nothing."""
    field, total = algebra.field, algebra.field.zero
    for powers, coefficient in field.terms(body.num):
        if (g, 1) not in powers:
            return None
        others = field.monomial(tuple(p for p in powers if p[0] != g))
        total = total + algebra.of(others) * field.constant(coefficient)
    return total / algebra.of(body.den)


def _count(algebra: Algebra, g: int, i: sp.Symbol, j: sp.Symbol, size: Frac) -> Frac | None:
    """For how many i up to the size the mark of an order holds."""
    ahead = algebra.normal(j)
    gap = ahead - algebra.normal(i)
    mark = algebra.field.frac(g)
    if mark.same(algebra.indicator(gap, POSITIVE)):
        return ahead - algebra.field.one
    if mark.same(algebra.indicator(gap, NEGATIVE)):
        return size - ahead
    return None
