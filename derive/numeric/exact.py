"""The exact value of a term at floating-point inputs, and errors in units in the last place."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from flint import arb, ctx, fmpq

from derive.proof.balls import Evaluator
from derive.proof.jets import real_part
from derive.proof.valuation import NoValueError, Point
from derive.terms import Context

# Bits to try, one after the other: the last tells 1 - 1/(1 + exp(-2000)) from 1.
_BITS = (160, 640, 4000)
# How many of them have to be right.
_RIGHT = 80

Inputs: TypeAlias = Mapping[sp.Expr, "np.ndarray[Any, Any]"]


@dataclass(frozen=True)
class Exact:
    """A value as a ball, and the size of all that is added up to it."""

    value: arb
    size: float

    def __float__(self) -> float:
        return float(self.value)

    def ulps(self, found: float, dtype: type = np.float64, scaled: bool = False) -> float:
        """How far off a number is, in units in the last place of the value (or of its sum).

        An infinity is right where the value itself rounds to it.
        """
        info = np.finfo(dtype)
        scale = max(abs(float(self.value)), self.size if scaled else 0.0)
        if math.isinf(found) and scale > float(info.max) and found * float(self.value) > 0:
            return 0.0
        if not math.isfinite(found):
            return math.inf
        unit = float(info.smallest_subnormal)
        if scale > float(info.tiny) and math.isfinite(scale):
            unit = math.ldexp(1.0, math.frexp(scale)[1] - info.nmant - 1)
        elif scale > 1:
            return 0.0 if scaled else math.inf
        return float(abs(_exactly(found) - self.value) / arb(_exactly(unit)))


class Magnitude(Evaluator):
    """The sum of the sizes of all that is added: what the rounding of a sum is relative to."""

    plain = False

    def __call__(self, term: sp.Expr) -> Any:
        if self.plain:
            return super().__call__(term)
        match term:
            case sp.Add():
                return sum((self(a) for a in term.args), start=fmpq(0))
            case sp.Abs():
                return self(term.args[0])
            case sp.Max() | sp.Min():
                return max((self(a) for a in term.args), key=float)
            case sp.Pow() if term.exp.is_Integer and term.exp > 0:
                return self(term.base) ** int(term.exp)
            case sp.Pow() if term.exp.is_Integer:
                relative = self(term.base) / abs(self._exactly(term.base))
                return abs(self._exactly(term)) * relative ** -int(term.exp)
            case sp.exp():
                # exp(u) moves by |u| roundings of u.
                u = self._exactly(term.args[0])
                return abs(self._exactly(term)) * (1 + abs(u))
        named = self.context.definition_of(term) is not None
        if named or isinstance(term, sp.Mul | sp.Sum | sp.Piecewise):
            return super().__call__(term)
        return abs(self._exactly(term))

    def _exactly(self, term: sp.Expr) -> Any:
        before, self.plain = self.plain, True
        try:
            return self(term)
        finally:
            self.plain = before

    def holds(self, condition: sp.Basic) -> bool:
        """Whether a condition is true at the point."""
        before, self.plain = self.plain, True
        try:
            return super().holds(condition)
        finally:
            self.plain = before


def exact_values(
    term: sp.Expr,
    inputs: Inputs,
    indices: Sequence[sp.Symbol] = (),
    shape: Sequence[int] = (),
    context: Context | None = None,
    size_of: sp.Expr | None = None,
) -> dict[tuple[int, ...], Exact]:
    """The term's value at each place of its indices; a place without a value is left out.

    `inputs` are arrays without batch axes by symbol and family. The sizes are those of
    `size_of`, by default of the term itself.
    """
    context = Context() if context is None else context
    found, at = {}, _point(inputs)
    before = ctx.prec
    try:
        for place in itertools.product(*map(range, shape)):
            chosen = {i: p + 1 for i, p in zip(indices, place, strict=True)}
            here = Point(at.scalars, at.members, {**at.integers, **chosen})
            value = _settled(Evaluator, term, context, here)
            if value is not None:
                size = _settled(Magnitude, term if size_of is None else size_of, context, here)
                found[place] = Exact(value, math.inf if size is None else abs(float(size)))
    finally:
        ctx.prec = before
    return found


def _settled(kind: type[Evaluator], term: sp.Expr, context: Context, point: Point) -> arb | None:
    """The value with enough right digits, or None if it has none."""
    for bits in _BITS:
        ctx.prec = bits
        try:
            value = arb(real_part(kind(context, point)(term)))
        except NoValueError as error:
            if error.settled:
                return None
            continue
        except ZeroDivisionError:
            # The size of a power whose base is 0.
            return None
        # What is below every float needs no digits.
        tiny = bool(abs(value) < arb(2) ** -1100)
        if tiny or value.rel_accuracy_bits() >= _RIGHT or value.is_exact():
            return value
    return None


def _point(inputs: Inputs) -> Point:
    """The inputs as a point, sizes included."""
    scalars: dict[sp.Symbol, Any] = {}
    members: dict[tuple[sp.IndexedBase, tuple[int, ...]], Any] = {}
    integers: dict[sp.Expr, int] = {}
    for name, array in inputs.items():
        if isinstance(name, sp.IndexedBase):
            integers.update(zip(name.shape, array.shape, strict=True))
            for place in itertools.product(*map(range, array.shape)):
                members[name, tuple(p + 1 for p in place)] = _exactly(array[place])
        else:
            scalars[name] = _exactly(array)
    return Point(scalars, members, {s: n for s, n in integers.items() if isinstance(s, sp.Symbol)})


def _exactly(x: Any) -> fmpq:
    """A float as a rational."""
    return fmpq(*float(x).as_integer_ratio())
