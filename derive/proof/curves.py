"""Values as functions of one variable: their signs, slopes and values on a span of it.

While a variable moves, nothing holds of it but that it stays within the span: what the region
says of it at the point of the claim is set aside, and so are equations that were put in for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce

import sympy as sp
from flint import arb, fmpz_poly

from derive.proof.algebra import Algebra, is_index_name
from derive.proof.differential import Differential
from derive.proof.enclosure import Enclosure
from derive.proof.field import Frac, Generator
from derive.proof.inequalities import bounded
from derive.proof.jets import power
from derive.proof.norms import inside
from derive.proof.polynomials import Poly
from derive.proof.restore import restore, restore_generator
from derive.proof.signs import (
    ANY,
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    POSITIVE,
    ZERO,
    Facts,
    Sign,
    times,
)
from derive.proof.sums import Rebuilder
from derive.terms import Domain

_FUNCTIONS = ("sin", "cos", "atan", "erf")
_CONTINUOUS = (Domain.REAL, Domain.POSITIVE, Domain.NONNEGATIVE, Domain.UNIT, Domain.PROBABILITY)


@dataclass(frozen=True)
class Span:
    """The open interval between two ends; `None` is infinite."""

    low: Frac | None
    high: Frac | None

    @property
    def key(self) -> object:
        return tuple(None if end is None else end.key for end in (self.low, self.high))


class Curve:
    """One variable of an algebra's values, the others held fixed."""

    def __init__(self, algebra: Algebra, variable: sp.Expr) -> None:
        self.algebra = algebra
        self.variable = variable
        self.x = algebra.atom(variable)
        (self.number,) = self.x.generators
        self._moving: dict[int, bool] = {}
        self._facts: dict[object, Facts] = {}
        self.kept = self._parameter_facts()

    @classmethod
    def candidates(cls, algebra: Algebra, value: Frac) -> list[sp.Expr]:
        """The variables that a value can be seen as a function of, in the order of names."""
        found = {}
        for g in inside(algebra, value.generators):
            generator = algebra.field.generators[g]
            term = generator.parts[0]
            if generator.kind != "atom" or is_index_name(term):
                continue
            if algebra.domain_of(term) in _CONTINUOUS:
                found[str(term)] = term
        return [found[name] for name in sorted(found)]

    # -- what moves ---------------------------------------------------------------------

    def moves(self, g: int) -> bool:
        """Whether a generator depends on the variable."""
        if g not in self._moving:
            term = restore_generator(self.algebra.field, self.algebra.field.generators[g])
            base = getattr(self.variable, "base", self.variable)
            self._moving[g] = bool(term.has(base))
        return self._moving[g]

    def moving(self, value: Frac) -> list[int]:
        """The generators of a value that depend on the variable."""
        return [g for g in value.generators if self.moves(g)]

    def is_plain(self, value: Frac) -> bool:
        """Whether it depends on the variable through smooth functions only, and no rule does."""
        rules = self.algebra.region.rules
        if any(self.moves(g) or self.moving(v) for g, v in sorted(rules.items())):
            return False
        if any(self.moving(row.body) for row in self.algebra.region.rows):
            return False
        return all(
            self._is_smooth(g, self.algebra.field.generators[g])
            for g in inside(self.algebra, value.generators)
            if self.moves(g)
        )

    def _is_smooth(self, g: int, generator: Generator) -> bool:
        if generator.kind == "function":
            name, _, order = generator.parts
            return name in _FUNCTIONS and not any(order)
        return g == self.number or generator.kind in ("exp", "ln", "root")

    def is_lone(self, value: Frac) -> bool:
        """Whether the variable is the only one."""
        generators = self.algebra.field.generators
        kinds = {
            generators[g].kind for g in inside(self.algebra, value.generators) if g != self.number
        }
        return kinds <= {"exp", "ln", "root", "constant", "function"} and all(
            generators[g].parts[0] in _FUNCTIONS
            for g in inside(self.algebra, value.generators)
            if generators[g].kind == "function"
        )

    # -- signs on a span ------------------------------------------------------------------

    def domain(self) -> Span:
        """The values that the variable may have in the region, as far as simple bounds tell."""
        low = high = None
        if self.algebra.field.generators[self.number].sign <= NONNEGATIVE:
            low = self.algebra.field.zero
        for poly, sign in self.algebra.facts.known.values():
            end = self._bound_of(poly)
            if end is None:
                continue
            value, upward = end
            if (sign if upward else times(sign, NEGATIVE)) <= NONNEGATIVE:
                low = self._tighter(low, value, POSITIVE)
            elif (sign if upward else times(sign, NEGATIVE)) <= NONPOSITIVE:
                high = self._tighter(high, value, NEGATIVE)
        return Span(low, high)

    def _bound_of(self, poly: Poly) -> tuple[Frac, bool] | None:
        """The end that a·x + b of a known sign sets, and whether x lies above it if positive."""
        field = self.algebra.field
        if int(poly.degrees()[self.number]) != 1:
            return None
        slope = poly.derivative(self.number)
        rest = poly - slope * field.gens[self.number]
        if any(self.moves(g) for p in (slope, rest) for g in field.used(p)):
            return None
        direction = self.kept.sign(slope)
        if direction not in (POSITIVE, NEGATIVE):
            return None
        return Frac.make(field, -rest, slope), direction == POSITIVE

    def _tighter(self, old: Frac | None, new: Frac, inwards: Sign) -> Frac:
        if old is None or self.kept.of_frac(new - old) <= inwards | ZERO:
            return new
        return old

    def _parameter_facts(self) -> Facts:
        """What is known of the other variables alone."""
        facts = Facts(self.algebra.field)
        for poly, sign in self.algebra.facts.known.values():
            if not any(self.moves(g) for g in self.algebra.field.used(poly)):
                facts.add(poly, sign)
        facts.oracle = self.algebra.monotone
        return facts

    @contextmanager
    def within(self, span: Span) -> Iterator[Facts]:
        """Within, the variable is known to be in the span, and nothing else is known of it."""
        before = (self.algebra.facts, self.algebra.conditions)
        if span.key not in self._facts:
            facts = self.kept.copy()
            facts.oracle = self.algebra.monotone
            for gap in (
                None if span.low is None else self.x - span.low,
                None if span.high is None else span.high - self.x,
            ):
                if gap is not None:
                    facts.add(gap.num, times(POSITIVE, facts.sign(gap.den)))
            self._facts[span.key] = facts
        self.algebra.facts, self.algebra.conditions = self._facts[span.key], []
        try:
            yield self.algebra.facts
        finally:
            self.algebra.facts, self.algebra.conditions = before

    def sign(self, value: Frac, span: Span) -> Sign:
        """The signs that a value can have on a span, by its form."""
        with self.within(span) as facts:
            for bound in bounded(self.algebra, value):
                facts.add(bound.num, NONNEGATIVE)
            by_factors = times(self._sign(value.num, span), self._sign(value.den, span) - ZERO)
            return (by_factors & facts.of_frac(value)) or ANY

    def _sign(self, poly: Poly, span: Span) -> Sign:
        content, factors = self.algebra.field.factor(poly)
        result = POSITIVE if content > 0 else NEGATIVE if content < 0 else ZERO
        for factor, multiplicity in factors:
            sign = self.algebra.facts.of_irreducible(factor)
            if len(sign) > 1:
                sign = (sign & self._without_roots(factor, span)) or sign
            result = times(result, sign if multiplicity % 2 else times(sign, sign) - {-1})
        return result

    def _without_roots(self, poly: Poly, span: Span) -> Sign:
        """The sign of a polynomial in the variable alone that has no root in the span."""
        field = self.algebra.field
        if field.used(poly) != (self.number,):
            return ANY
        try:
            low, high = (self.end(e) for e in (span.low, span.high))
        except ValueError:
            return ANY
        place = inner_point(low, high)
        if place is None:
            return ANY
        coefficients = [0] * (int(poly.degrees()[self.number]) + 1)
        common = reduce(lambda a, b: a * int(b[1].q), field.terms(poly), 1)
        value = arb(0)
        for powers, c in field.terms(poly):
            coefficients[powers[0][1] if powers else 0] = int(c * common)
            value += arb(c) * power(place, powers[0][1] if powers else 0)
        for root, _ in fmpz_poly(coefficients).complex_roots():
            if root.imag == 0 and not (
                (low is not None and root.real < low) or (high is not None and root.real > high)
            ):
                return ANY
        return POSITIVE if value > 0 else NEGATIVE if value < 0 else ANY

    def is_regular(self, value: Frac, span: Span) -> bool:
        """Whether it is smooth throughout a span: no pole, no logarithm or root of zero."""
        field = self.algebra.field
        if 0 in self.sign(self.algebra.of(value.den), span):
            return False
        for g in self.moving(value):
            kind, parts = field.generators[g].kind, field.generators[g].parts
            if kind in ("ln", "root"):
                argument = self.algebra.of(parts[0])
                sign = self.sign(argument, span)
                if 0 in sign or (kind == "root" and sign != POSITIVE):
                    return False
                if not self.is_regular(argument, span):
                    return False
                if kind == "root":
                    self._facts[span.key].add(field.gens[g], POSITIVE)
            inner = parts[1] if kind == "function" else parts[:1] if kind == "exp" else ()
            if not all(self.is_regular(part, span) for part in inner):
                return False
        return True

    # -- calculus -------------------------------------------------------------------------

    def slope(self, value: Frac, span: Span) -> Frac:
        """The derivative by the variable."""
        with self.within(span):
            return Differential(self.algebra, self.algebra.field.generators[self.number])(value)

    def at(self, value: Frac, place: Frac) -> Frac:
        """The value at a place, exactly; raises where a part of it has none."""
        algebra = self.algebra

        def atom(term: sp.Expr) -> Frac:
            return place if term == self.variable else algebra.atom(term)

        with self.within(Span(None, None)):
            back = Rebuilder(
                algebra, atom, lambda i: i, lambda g: self.moves(algebra.field.number(g))
            )
            return back(value)

    def reduced(self, value: Frac, span: Span) -> Frac:
        """A value of the same sign on the span, without the factors whose sign is known."""
        if value.is_zero:
            return value
        with self.within(span):
            flip = False
            rest = self.algebra.field.ctx.constant(1)
            # The sign of a fraction is that of the product of its parts.
            for poly in (value.num, value.den):
                content, factors = self.algebra.field.factor(poly)
                flip ^= content < 0
                for factor, multiplicity in factors:
                    sign = self._sign(factor, span)
                    if sign in (POSITIVE, NEGATIVE):
                        flip ^= sign == NEGATIVE and multiplicity % 2 == 1
                    else:
                        rest *= factor ** (1 if multiplicity % 2 else 2)
        result = self.algebra.of(rest)
        return -result if flip else result

    # -- numbers --------------------------------------------------------------------------

    def end(self, end: Frac | None) -> arb | None:
        """An end as a ball; None if it is infinite. Raises `ValueError` if it is no number."""
        return None if end is None else Enclosure(self.algebra.field, self.number)(end, None)

    def fixed_sign(self, value: Frac) -> Sign:
        """The signs that a value without the variable can have; of a number, by a ball."""
        before, self.algebra.facts = self.algebra.facts, self.kept
        try:
            sign = self.kept.of_frac(value)
        finally:
            self.algebra.facts = before
        if len(sign) > 1:
            try:
                ball = Enclosure(self.algebra.field, self.number)(value, None)
            except ValueError:
                return sign
            sign = POSITIVE if ball > 0 else NEGATIVE if ball < 0 else sign
        return sign

    def show(self, value: Frac | None, infinite: sp.Expr) -> sp.Expr:
        """An end, or a value, as a term."""
        return infinite if value is None else restore(self.algebra.field, value)


def inner_point(low: arb | None, high: arb | None) -> arb | None:
    """A point well inside; None if the ends do not leave room."""
    if low is not None and high is not None:
        middle = (low + high) / 2
    elif low is not None:
        middle = low + 1
    else:
        middle = arb(0) if high is None else high - 1
    middle = arb(middle.mid())
    fits = (low is None or low < middle) and (high is None or middle < high)
    return middle if fits else None
