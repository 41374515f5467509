"""The exact value of a term at floating-point inputs, and how far rounding may move it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import numpy as np
import pytest
import sympy as sp
from flint import arb, ctx, fmpq

from derive.catalogue import catalogue
from derive.proof.balls import Evaluator, NoValueError, Point
from derive.proof.jets import real_part
from derive.terms import Context

# Enough to tell 1 - 1/(1 + exp(-2000)) from 1.
PRECISION = 4000
LIBRARY = Context().with_library(catalogue.definitions)
Inputs = Mapping[sp.Expr, np.ndarray]


class Magnitude(Evaluator):
    """The sum of the sizes of all that is added: what the rounding of a sum is relative to."""

    plain = False

    def __call__(self, term):
        if self.plain:
            return super().__call__(term)
        if isinstance(term, sp.Add):
            return sum((self(a) for a in term.args), start=fmpq(0))
        if isinstance(term, sp.Abs):
            return self(term.args[0])
        if isinstance(term, sp.Max | sp.Min):
            return max((self(a) for a in term.args), key=float)
        if isinstance(term, sp.Pow) and term.exp.is_Integer and term.exp > 0:
            return self(term.base) ** int(term.exp)
        if isinstance(term, sp.Pow) and term.exp.is_Integer:
            relative = self(term.base) / abs(self._exactly(term.base))
            return abs(self._exactly(term)) * relative ** -int(term.exp)
        if isinstance(term, sp.exp):
            # exp(u) moves by |u| roundings of u.
            u = self._exactly(term.args[0])
            return abs(self._exactly(term)) * (1 + abs(u))
        if isinstance(term, sp.Mul | sp.Sum | sp.Piecewise) or term in self._named_here(term):
            return super().__call__(term)
        return abs(self._exactly(term))

    def _named_here(self, term):
        return (term,) if self.context.definition_of(term) is not None else ()

    def _exactly(self, term):
        before, self.plain = self.plain, True
        try:
            return self(term)
        finally:
            self.plain = before

    def holds(self, condition):
        before, self.plain = self.plain, True
        try:
            return super().holds(condition)
        finally:
            self.plain = before


def exact(x: float) -> fmpq:
    """A float as a rational."""
    p, q = float(x).as_integer_ratio()
    return fmpq(p, q)


def point(inputs: Inputs) -> Point:
    """The inputs (without batch axes) as a point, sizes included."""
    scalars, members, integers = {}, {}, {}
    for name, array in inputs.items():
        if isinstance(name, sp.IndexedBase):
            integers.update(zip(name.shape, array.shape, strict=True))
            for place in itertools.product(*map(range, array.shape)):
                members[name, tuple(p + 1 for p in place)] = exact(array[place])
        else:
            scalars[name] = exact(array)
    sizes = {s: n for s, n in integers.items() if isinstance(s, sp.Symbol)}
    return Point(scalars, members, sizes)


def truth(
    term: sp.Expr,
    inputs: Inputs,
    indices: Sequence[sp.Symbol] = (),
    shape: Sequence[int] = (),
    context: Context = LIBRARY,
) -> tuple[np.ndarray, np.ndarray]:
    """The term's values over these indices as floats, and the magnitudes of their sums."""
    values, sizes = np.empty(shape), np.empty(shape)
    before, ctx.prec = ctx.prec, PRECISION
    try:
        at = point(inputs)
        for place in itertools.product(*map(range, shape)):
            chosen = {i: p + 1 for i, p in zip(indices, place, strict=True)}
            here = Point(at.scalars, at.members, {**at.integers, **chosen})
            try:
                value = real_part(Evaluator(context, here)(term))
                values[place] = float(arb(value))
                sizes[place] = float(arb(abs(real_part(Magnitude(context, here)(term)))))
            except NoValueError:
                values[place], sizes[place] = np.nan, np.nan
    finally:
        ctx.prec = before
    return values, sizes


def assert_close(
    found: np.ndarray, values: np.ndarray, sizes: np.ndarray, ulps: float, dtype: type = np.float64
) -> None:
    """Each value is within so many units in the last place of its sum (no exact value: any)."""
    info = np.finfo(dtype)
    found, scale = np.asarray(found, float), np.maximum(sizes, np.abs(values))
    with np.errstate(invalid="ignore", over="ignore"):
        room = ulps * (info.eps * scale + info.smallest_subnormal)
        within = np.abs(found - values) <= room
        units = np.abs(found - values) / room * ulps
    over = np.isinf(found) & (scale > info.max)
    assert np.all(within | over | np.isnan(values)), f"{found} is not {values}: off by {units} ulp"


@pytest.fixture(scope="session")
def reference() -> SimpleNamespace:
    """`truth` and `assert_close`, for the tests of this folder."""
    return SimpleNamespace(truth=truth, assert_close=assert_close)
