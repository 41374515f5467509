"""Terms at points by plain exact arithmetic: shares no code with `derive`, and no substitution.

Bound symbols are looked up in the point like any other, so that nothing can be captured.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from derive.terms import At, Vec

Point = Mapping[sp.Basic, Any]


class UndefinedError(Exception):
    """The term has no value at the point."""


def value(term: sp.Basic, point: Point) -> Any:
    """The value of a term: a fraction, or for a family a function of a tuple of indices.

    A point gives a fraction to every free symbol, a function to every family, and may give a
    value to a term such as `a[i]`, which then stands for that very term.
    """
    if term in point:
        return point[term]
    if isinstance(term, sp.Rational):
        return Fraction(int(term.p), int(term.q))
    if isinstance(term, sp.Indexed):
        return value(term.base, point)(tuple(int(value(i, point)) for i in term.indices))
    if isinstance(term, Vec):
        return lambda at: value(term.body, bound(point, dict(zip(term.indices, at, strict=True))))
    if isinstance(term, sp.Sum | sp.Product):
        return _folded(term, term.limits, point)
    if isinstance(term, At):
        body, variable, there = term.args
        return value(body, bound(point, {variable: value(there, point)}))
    if isinstance(term, sp.Piecewise):
        return value(next(v for v, c in term.args if value(c, point)), point)
    arguments = [value(a, point) for a in term.args]
    return _ARITHMETIC[type(term)](*arguments)


def bound(point: Point, names: Mapping[sp.Basic, Any]) -> Point:
    """The point inside a binder: what was said of terms with these names no longer counts."""
    assert all(isinstance(k, sp.Symbol) for k in names)
    kept = {
        k: v
        for k, v in point.items()
        if not (isinstance(k, sp.Indexed) and any(i in names for i in k.indices))
    }
    return {**kept, **{k: Fraction(v) for k, v in names.items()}}


def _folded(term: sp.Expr, limits: tuple[sp.Tuple, ...], point: Point) -> Fraction:
    if not limits:
        return value(term.function, point)
    k, low, high = limits[-1]
    steps = range(int(value(low, point)), int(value(high, point)) + 1)
    parts = [_folded(term, limits[:-1], bound(point, {k: s})) for s in steps]
    total = sum if isinstance(term, sp.Sum) else _product
    return total(parts, Fraction(0)) if total is sum else total(parts)


def _product(values: Any) -> Fraction:
    result = Fraction(1)
    for v in values:
        result *= v
    return result


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > 20:
        raise UndefinedError
    if base == 0 and exponent < 0:
        raise UndefinedError
    return base**exponent


_ARITHMETIC: dict[type, Callable[..., Any]] = {
    sp.Add: lambda *a: sum(a, Fraction(0)),
    sp.Mul: lambda *a: _product(a),
    sp.Pow: _power,
    sp.KroneckerDelta: lambda a, b: Fraction(a == b),
    sp.Ne: lambda a, b: a != b,
    type(sp.true): lambda: True,
}


def tuples(*sizes: int) -> list[tuple[int, ...]]:
    """All indices of a family of these sizes."""
    return list(itertools.product(*(range(1, s + 1) for s in sizes)))
