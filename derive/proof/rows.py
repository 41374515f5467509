"""Equations that hold for every index, used under sums: Σ_k y_ik = 1 for each row i.

A rule of a region speaks of one index only. Here the equation is kept with its index open, and
put in wherever a sum runs over the same terms for another index, bound or free. Like rules, it
is set aside while the operand of a derivative is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from derive.errors import DeriveError
from derive.proof.assumptions import Fact
from derive.proof.field import Frac, UndefinedTermError
from derive.proof.region import Split

if TYPE_CHECKING:
    from derive.proof.algebra import Algebra
    from derive.proof.normal import Normalizer

Range = tuple[sp.Symbol, Frac]


@dataclass(frozen=True)
class RowEquation:
    """Σ of a body over an inner index equals a value, for every outer index of a size."""

    outer: sp.Symbol
    size: Frac
    inner: sp.Symbol
    high: Frac
    body: Frac
    value: Frac


def row_equations(
    normal: Normalizer, facts: Iterable[Fact], ranges: dict[sp.Symbol, sp.Expr]
) -> tuple[RowEquation, ...]:
    """The hypotheses that say of one sum what it is for every value of one index."""
    found: dict[str, RowEquation] = {}
    for fact in facts:
        indices = fact.free_indices(ranges)
        if fact.statement.relation != "=" or len(indices) != 1 or fact.label in found:
            continue
        try:
            size = normal(ranges[indices[0]])
            difference = normal(fact.statement.lhs) - normal(fact.statement.rhs)
            equation = _solved(difference, indices[0], size)
        except (Split, DeriveError, UndefinedTermError):
            continue
        if equation is not None:
            found[fact.label] = equation
    return tuple(found.values())


def _solved(difference: Frac, outer: sp.Symbol, size: Frac) -> RowEquation | None:
    field = difference.field
    for g in field.used(difference.num):
        generator = field.generators[g]
        coefficient = difference.num.derivative(g)
        if generator.kind != "sum" or len(generator.parts[0]) != 1:
            continue
        if not (difference.den.is_constant() and coefficient.is_constant()):
            continue
        ((inner, high),), body = generator.parts
        rest = difference.num - coefficient * field.gens[g]
        if outer in body.indices and outer not in high.indices:
            return RowEquation(outer, size, inner, high, body, Frac.make(field, -rest, coefficient))
    return None


def summed(
    algebra: Algebra,
    body: Frac,
    ranges: Sequence[Range],
    instance: Callable[[Frac, dict[sp.Symbol, sp.Expr]], Frac],
    sum_of: Callable[[Frac, Sequence[Range]], Frac],
) -> Frac | None:
    """Σ of a body in which such an equation does one of the sums; None if none applies."""
    for equation in algebra.region.rows:
        for k, high in ranges:
            if not high.same(equation.high):
                continue
            for row in _rows(algebra, body, ranges, equation, k):
                swap = {equation.outer: row, equation.inner: k}
                with algebra.binding(ranges):
                    quotient = body / instance(equation.body, swap)
                    if k in quotient.indices:
                        continue
                    value = instance(equation.value, {equation.outer: row})
                return sum_of(quotient * value, [r for r in ranges if r[0] != k])
    return None


def _rows(
    algebra: Algebra, body: Frac, ranges: Sequence[Range], equation: RowEquation, k: sp.Symbol
) -> Iterator[sp.Symbol]:
    """The indices of a body, other than the summed one, that run over the rows."""
    bound = {**algebra.bound, **dict(ranges)}
    for index in sorted(body.indices - {k}, key=str):
        declared = algebra.region.ranges.get(index)
        size = bound.get(index)
        if size is None and declared is not None:
            size = algebra.normal(declared)
        if size is not None and size.same(equation.size):
            yield index
