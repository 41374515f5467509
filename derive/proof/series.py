"""Closed forms of Σ_{k=1}^n f(k): powers, geometric series, shifted members, partial fractions.

A closed form F is proved by induction on n when it is made: F(0) = 0 by construction, and
F(k) − F(k − 1) = f(k) is compared as normal forms. An empty range is covered, since F(0) = 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import comb

import sympy as sp
from flint import fmpq

from derive.proof.algebra import Algebra
from derive.proof.field import Frac
from derive.proof.polynomials import Poly
from derive.proof.powers import PARITY
from derive.proof.restore import restore
from derive.proof.signs import ZERO

MAX_POWER = 12
MAX_SHIFT = 3

Replace = Callable[[sp.Expr], Frac]


def closed_form(
    algebra: Algebra, body: Frac, k: sp.Symbol, high: Frac, sum_of: Callable[[Frac], Frac],
    instance: Callable[[Frac, sp.Expr], Frac],
) -> Frac | None:  # fmt: skip
    """Σ of a body over 1 ≤ k ≤ high without a sum, or with a simpler one; None if none is known.

    `sum_of` sums another body over the same range, `instance` puts a term in the place of k.
    """
    series = Series(algebra, k, high)
    found = series.of_powers(body)
    if found is not None:
        return found
    shift = series.shift(body)
    if shift and abs(shift) <= MAX_SHIFT:
        return _shifted(algebra, instance(body, k - shift), shift, high, sum_of, instance)
    parts = series.fractions(body)
    if parts is not None:
        return reduce(lambda a, b: a + b, (sum_of(part) for part in parts))
    return None


def _shifted(
    algebra: Algebra,
    base: Frac,
    shift: int,
    high: Frac,
    sum_of: Callable[[Frac], Frac],
    instance: Callable[[Frac, sp.Expr], Frac],
) -> Frac:
    """Σ g(k + s) = Σ g(k) with the members at the ends exchanged."""
    last = restore(algebra.field, high)
    total = sum_of(base)
    if shift > 0:
        for j in range(1, shift + 1):
            total = total + instance(base, last + j) - instance(base, sp.Integer(j))
    else:
        for j in range(-shift):
            total = total + instance(base, sp.Integer(-j)) - instance(base, last - j)
    return total


class Series:
    """Sums over one index k from 1 to a limit."""

    def __init__(self, algebra: Algebra, k: sp.Symbol, high: Frac) -> None:
        self.algebra = algebra
        self.field = algebra.field
        self.k = k
        self.high = high
        self.index = algebra.atom(k)
        (self.number,) = self.index.generators

    def carries(self, g: int) -> bool:
        """Whether a generator depends on the index."""
        return self.k in self.field.generators[g].indices

    # -- Σ k^p r^k ------------------------------------------------------------------------

    def of_powers(self, body: Frac) -> Frac | None:
        """The sum of c · k^p r^k, with c and r free of k."""
        if len(body.num) != 1 or len(body.den) != 1:
            return None
        ((above, coefficient),) = self.field.terms(body.num)
        ((below, _),) = self.field.terms(body.den)
        power, slope, outside = 0, self.field.zero, self.field.constant(coefficient)
        alternates = False
        for g, e in (*above, *((h, -e) for h, e in below)):
            if g == self.number:
                power = e
            elif self._is_parity(g):
                alternates ^= e % 2 == 1
            elif self.carries(g):
                rate = self._rate(g)
                if rate is None:
                    return None
                slope = slope + rate * self.field.constant(e)
            else:
                outside = outside * self.field.frac(g) ** e
        if not 0 <= power <= MAX_POWER:
            return None
        plain = slope.is_zero and not alternates
        total = self._of_power(power) if plain else self._geometric(power, slope, alternates)
        return None if total is None else outside * total

    def _is_parity(self, g: int) -> bool:
        """Whether a generator is (−1)^k."""
        generator = self.field.generators[g]
        if generator.kind != "function" or generator.parts[0] != PARITY:
            return False
        return bool(generator.parts[1][0].same(self.index))

    def _rate(self, g: int) -> Frac | None:
        """The c of a generator e^{ck}."""
        generator = self.field.generators[g]
        if generator.kind != "exp":
            return None
        basis, grain = generator.parts
        rate: Frac = basis / self.index / self.field.constant(grain)
        return None if any(self.carries(h) for h in rate.generators) else rate

    def _of_power(self, power: int) -> Frac | None:
        """Σ k^p as a polynomial in n of degree p + 1."""
        coefficients = {power + 1: fmpq(1, power + 1)}
        for j in range(power, 0, -1):
            rest = sum(
                (c * comb(i, j - 1) * (-1) ** (i - j + 1) for i, c in coefficients.items()), fmpq(0)
            )
            coefficients[j] = rest / j
        terms = {j: self.field.constant(c) for j, c in coefficients.items()}
        here = self._polynomial(terms, self.index)
        before = self._polynomial(terms, self.index - self.field.one)
        if not (here - before).same(self.index**power):
            return None
        return self._polynomial(terms, self.high)

    def _geometric(self, power: int, slope: Frac, alternates: bool) -> Frac | None:
        """Σ k^p r^k = r^n P(n) − P(0), where P(k) − P(k − 1)/r = k^p."""
        one = self.field.one
        ratio, last = (self.algebra.exp(rate) for rate in (slope, slope * self.high))
        if alternates:
            parity = self.algebra.parity(self.high)
            if parity is None:
                return None
            ratio, last = -ratio, parity * last
        sign = self.algebra.decide(ratio - one)
        if sign == ZERO:
            return self._of_power(power)
        if 0 in sign:
            return None
        inverse = one / ratio
        terms: dict[int, Frac] = {}
        for j in range(power, -1, -1):
            rest = one if j == power else self.field.zero
            for i, c in terms.items():
                rest = rest + inverse * c * self.field.constant(comb(i, j) * (-1) ** (i - j))
            terms[j] = rest / (one - inverse)
        here = self._polynomial(terms, self.index)
        before = self._polynomial(terms, self.index - one)
        if not (here - before * inverse).same(self.index**power):
            return None
        return last * self._polynomial(terms, self.high) - terms[0]

    def _polynomial(self, terms: dict[int, Frac], at: Frac) -> Frac:
        total = self.field.zero
        for j in sorted(terms):
            total = total + terms[j] * at**j
        return total

    # -- Σ g(k + s) -----------------------------------------------------------------------

    def shift(self, value: Frac) -> int | None:
        """The s with which the index occurs throughout, as in x_{k+s} ln(k + s); None if mixed."""
        found: set[int | None] = set()
        for poly in (value.num, *(f for f, _ in self.field.factor(value.den)[1])):
            if any(self.carries(g) for g in self.field.used(poly)):
                found.add(self._poly_shift(poly))
        return found.pop() if len(found) == 1 else None

    def _poly_shift(self, poly: Poly) -> int | None:
        moving = [g for g in self.field.used(poly) if self.carries(g)]
        if self.number in moving:
            return self._linear_shift(poly)
        found = {self._generator_shift(g) for g in moving}
        return found.pop() if len(found) == 1 else None

    def _linear_shift(self, poly: Poly) -> int | None:
        """The b of a(k + b)."""
        if set(self.field.used(poly)) != {self.number} or int(poly.total_degree()) != 1:
            return None
        slope = poly.derivative(self.number)
        rest = (poly - slope * self.field.gens[self.number]) / slope.leading_coefficient()
        value = fmpq(0) if rest.is_zero() else rest.leading_coefficient()
        return int(value.p) if value.q == 1 else None

    def _generator_shift(self, g: int) -> int | None:
        generator = self.field.generators[g]
        parts = generator.parts
        match generator.kind:
            case "atom" if isinstance(parts[0], sp.Indexed):
                return self._member_shift(parts[0])
            case "ln" | "root":
                return self._poly_shift(parts[0])
            case "exp":
                return self.shift(parts[0])
            case "function":
                moving = [a for a in parts[1] if self.k in a.indices]
                found = {self.shift(a) for a in moving}
                return found.pop() if len(found) == 1 else None
        return None

    def _member_shift(self, member: sp.Indexed) -> int | None:
        found = {sp.expand(i - self.k) for i in member.indices if i.has(self.k)}
        difference = found.pop() if len(found) == 1 else None
        return int(difference) if isinstance(difference, sp.Integer) else None

    # -- partial fractions ------------------------------------------------------------------

    def fractions(self, body: Frac) -> list[Frac] | None:
        """p(k)/((k + a)(k + b)…) as a sum of c/(k + a), for different whole numbers a, b, …"""
        factors = self.field.factor(body.den)[1]
        if len(factors) < 2 or any(e != 1 for _, e in factors):
            return None
        if set(self.field.used(body.num)) - {self.number}:
            return None
        shifts = [self._linear_shift(f) for f, _ in factors]
        if any(s is None or s < 0 for s in shifts) or len(set(shifts)) < len(shifts):
            return None
        parts = []
        for here in shifts:
            place = self.field.constant(-(here or 0))
            others = [self.field.constant((s or 0) - (here or 0)) for s in shifts if s != here]
            scale = self._polynomial(self._coefficients(body.num), place)
            weight = reduce(lambda a, b: a / b, others, scale)
            parts.append(weight / (self.index - place))
        total = reduce(lambda a, b: a + b, parts)
        return parts if total.same(body) else None

    def _coefficients(self, poly: Poly) -> dict[int, Frac]:
        return {
            powers[0][1] if powers else 0: self.field.constant(c)
            for powers, c in self.field.terms(poly)
        }
