"""The derivation on normal forms: how a generator changes with a variable.

This is the prover's own differentiation. It shares nothing with `derive.calculus`, whose
lines it certifies, and works on the field's generators instead of terms.
"""

from __future__ import annotations

from functools import reduce
from itertools import permutations
from operator import add

import sympy as sp
from flint import fmpq

from derive.errors import UnsupportedError
from derive.proof.algebra import Algebra
from derive.proof.field import Frac, Generator
from derive.proof.polynomials import Poly
from derive.proof.signs import NONZERO
from derive.proof.sums import Range, Rebuilder, open_binder, sum_multi
from derive.terms import free


class Differential:
    """The partial derivative with respect to one generator, an atom or a held term."""

    def __init__(self, algebra: Algebra, target: Generator) -> None:
        self.algebra = algebra
        self.target = target
        self.memo: dict[int, Frac] = {}

    def __call__(self, value: Frac) -> Frac:
        if len(value.parts) > 1:
            return reduce(add, map(self, value.parts))
        num, den = value.num, value.den
        total = self.algebra.field.zero
        for g in value.generators:
            inner = self.generator(g)
            if not inner.is_zero:
                # The chain rule, so that a large inner derivative stands once, as a factor.
                change = num.derivative(g) * den - num * den.derivative(g)
                total = total + Frac.make(self.algebra.field, change, den * den) * inner
        return total

    def poly(self, poly: Poly) -> Frac:
        """The derivative of a polynomial."""
        total = self.algebra.field.zero
        for g in self.algebra.field.used(poly):
            inner = self.generator(g)
            if not inner.is_zero:
                total = total + self.algebra.of(poly.derivative(g)) * inner
        return total

    def generator(self, g: int) -> Frac:
        """The derivative of a generator."""
        if g not in self.memo:
            self.memo[g] = self._derive(g, self.algebra.field.generators[g])
        return self.memo[g]

    def _derive(self, g: int, generator: Generator) -> Frac:
        field, parts = self.algebra.field, generator.parts
        match generator.kind:
            case "atom" | "opaque":
                return self._atom(generator)
            case "slope":
                return self._slope(generator)
            case "exp":
                return field.frac(g) * self(parts[0]) * field.constant(fmpq(1, parts[1]))
            case "ln":
                return self.poly(parts[0]) / self.algebra.of(parts[0])
            case "root":
                inside = self.poly(parts[0])
                if inside.is_zero:
                    return inside
                self._exists_where(parts[0])
                scale = self.algebra.of(parts[0]) * field.constant(parts[1])
                return field.frac(g) * inside / scale
            case "sum":
                return self._sum(generator)
            case "product":
                return self._product(g, generator)
            case "function":
                return self._function(*parts)
            case "indicator":
                return self._indicator(*parts)
        return field.zero

    def _exists_where(self, poly: Poly) -> None:
        """Where this vanishes the function is defined, but its derivative is not."""
        before = (self.algebra.supplied, self.algebra.operand)
        self.algebra.supplied = self.algebra.operand = False
        self.algebra.require(poly, NONZERO)
        self.algebra.supplied, self.algebra.operand = before

    def _atom(self, generator: Generator) -> Frac:
        field = self.algebra.field
        here, there = generator.parts[0], self.target.parts[0]
        if here == there and generator.kind == self.target.kind:
            return field.one
        if generator.kind == "opaque":
            raise UnsupportedError(f"it is not known how {here} depends on {there}")
        base = getattr(here, "base", None)
        if base is None or base != getattr(there, "base", None):
            return self._through(here)
        result = field.one
        for left, right in zip(here.indices, there.indices, strict=True):
            result = result * self.algebra.delta(left, right)
        return result

    def _through(self, here: sp.Expr, *before: sp.Expr) -> Frac:
        """The chain rule through what an undefined name depends on, with unknown slopes.

        `before` are the variables that it has been differentiated by already.
        """
        algebra = self.algebra
        total = algebra.field.zero
        for variable in algebra.context.dependencies_of(here):
            ranges = []
            if isinstance(variable, sp.IndexedBase):
                ranges = self._ranges_of(variable, here, *before)
                variable = variable[tuple(k for k, _ in ranges)]
            with algebra.binding(ranges):
                inner = self(algebra.normal(variable))
                if not inner.is_zero:
                    inner = inner * algebra.slope(here, *before, variable)
            total = total + sum_multi(algebra, inner, ranges)
        return total

    def _ranges_of(self, base: sp.IndexedBase, *others: sp.Expr) -> list[Range]:
        """A bound index for every size of a family."""
        algebra = self.algebra
        taken = free(self.target.parts[0]).union(*map(free, others))
        ranges: list[Range] = []
        for size in base.shape:
            high = algebra.normal(size)
            k = algebra.fresh_index(high, taken)
            ranges.append((k, high))
            taken |= {k}
        return ranges

    def _slope(self, generator: Generator) -> Frac:
        """Unknown slopes change with whatever the name depends on."""
        return self._through(*generator.parts[0].args)

    def _opened(self, generator: Generator) -> tuple[list[Range], Frac]:
        ranges, body = generator.parts
        return open_binder(self.algebra, ranges, body, self.target.indices)

    def _sum(self, generator: Generator) -> Frac:
        ranges, inner = self._opened(generator)
        with self.algebra.binding(ranges):
            change = self(inner)
        return sum_multi(self.algebra, change, ranges)

    def _product(self, g: int, generator: Generator) -> Frac:
        ranges, inner = self._opened(generator)
        with self.algebra.binding(ranges):
            change = self(inner)
            if change.is_zero:
                return change
            self.algebra.note(inner.num, NONZERO, sufficient=True)
        return self.algebra.field.frac(g) * sum_multi(self.algebra, change / inner, ranges)

    def _function(self, name: str, arguments: tuple[Frac, ...], order: tuple[int, ...]) -> Frac:
        total = self.algebra.field.zero
        for position, argument in enumerate(arguments):
            inner = self(argument)
            if not inner.is_zero:
                total = total + self._outer(name, arguments, order, position) * inner
        return total

    def _outer(
        self, name: str, arguments: tuple[Frac, ...], order: tuple[int, ...], position: int
    ) -> Frac:
        algebra, x = self.algebra, arguments[0]
        one = algebra.field.one
        match name:
            case "sin":
                return algebra.cosine(x)
            case "cos":
                return -algebra.sine(x)
            case "atan":
                return one / (one + x * x)
            case "erf":
                two = algebra.field.constant(2)
                return two * algebra.exp(-(x * x)) / algebra.power(algebra.pi, one / two)
        raised = tuple(n + (i == position) for i, n in enumerate(order))
        return algebra.function(name, arguments, raised)

    def _indicator(self, value: Frac, sign: int) -> Frac:
        change = self(value)
        if not change.is_zero:
            # Away from the kink a case's indicator is constant.
            swap = self._only_where(change)
            there = Rebuilder.of_indices(self.algebra, swap)(value) if swap else value
            self.algebra.note(there.num, NONZERO, sufficient=True)
        return self.algebra.field.zero

    def _only_where(self, change: Frac) -> dict[sp.Symbol, sp.Expr]:
        """The bound index that a delta in every term ties to another: elsewhere it is zero."""
        field = self.algebra.field
        common = [
            g
            for g in field.used(change.num)
            if field.generators[g].kind == "delta"
            and all(g in (h for h, _ in powers) for powers, _ in field.terms(change.num))
        ]
        for g in common:
            for here, there in permutations(field.generators[g].parts):
                if here in self.algebra.bound:
                    return {here: there}
        return {}
