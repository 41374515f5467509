"""Functions of which little is known, and sine and cosine with their addition theorems.

The angle of a sine is taken apart like the exponent of an exponential: sin and cos of a sum
become polynomials in those of its terms, sin and cos of a multiple polynomials in those of the
common part, under sin² = 1 − cos².
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import sympy as sp
from flint import fmpq

from derive.proof.field import Frac
from derive.proof.polynomials import Poly
from derive.proof.powers import PARITY, FinerGrain, Powers
from derive.proof.signs import ANY

MAX_ADDENDS = 4
MAX_MULTIPLE = 8

Pair = tuple[Frac, Frac]


class Angles(Powers):
    """The constructors of functions by name."""

    def function(
        self,
        name: str,
        arguments: tuple[Frac, ...],
        order: tuple[int, ...] = (),
        relation: tuple[int, Poly | None] | None = None,
    ) -> Frac:
        """A function of which no more is known than its name, or one of its derivatives."""
        order = order or (0,) * len(arguments)
        key = (name, order, tuple(a.key for a in arguments))
        indices: frozenset[sp.Symbol] = frozenset().union(*(a.indices for a in arguments))
        return self.enter("function", (name, arguments, order), key, indices, ANY, relation)

    def applied(self, name: str, arguments: tuple[Frac, ...], order: tuple[int, ...] = ()) -> Frac:
        """A function of values in the form that equal ones share."""
        if name == PARITY:
            return self.parity(arguments[0]) or self.function(name, arguments, order)
        if any(order) or name not in ("sin", "cos", "atan", "erf"):
            return self.function(name, arguments, order)
        (argument,) = arguments
        if name in ("sin", "cos"):
            return self.sine(argument) if name == "sin" else self.cosine(argument)
        return self.odd(lambda x: self.function(name, (x,)), argument)

    def odd(self, make: Callable[[Frac], Frac], value: Frac) -> Frac:
        """An odd function of a value, with the sign taken out."""
        if value.is_zero:
            return self.field.zero
        flip = value.num.leading_coefficient() < 0
        return -make(-value) if flip else make(value)

    def sine(self, value: Frac) -> Frac:
        """sin of a value."""
        return self._angle(value)[0]

    def cosine(self, value: Frac) -> Frac:
        """cos of a value."""
        return self._angle(value)[1]

    def _angle(self, value: Frac) -> Pair:
        """(sin, cos) by the terms of the angle."""
        quotient, rest = divmod(value.num, value.den)
        one = self.field.ctx.constant(1)
        terms = [
            (Frac.make(self.field, self.field.monomial(powers), den), coefficient)
            for poly, den in ((quotient, one), (rest, value.den))
            for powers, coefficient in self.field.terms(poly)
        ]
        if len(terms) > MAX_ADDENDS:
            return self._of_even_and_odd(value)
        return reduce(_added, (self._multiple(*t) for t in terms), self._none)

    @property
    def _none(self) -> Pair:
        return self.field.zero, self.field.one

    def _multiple(self, basis: Frac, coefficient: fmpq) -> Pair:
        """(sin, cos) of a rational multiple of one term."""
        quarters = coefficient * 2
        if basis.same(self.pi) and quarters.q == 1:
            zero, one = self._none
            return [(zero, one), (one, zero), (zero, -one), (-one, zero)][int(quarters.p) % 4]
        key = ("angle", basis.text)
        grain = self.grains.setdefault(key, fmpq(coefficient.q))
        if (coefficient * grain).q != 1:
            raise FinerGrain(key, grain * (coefficient * grain).q)
        count = int(coefficient * grain)
        if abs(count) > MAX_MULTIPLE:
            return self._of_even_and_odd(basis * self.field.constant(coefficient))
        sine, cosine = self._of_even_and_odd(basis * self.field.constant(1 / grain))
        pair = (sine if count > 0 else -sine, cosine)
        return reduce(_added, [pair] * abs(count), self._none)

    def _of_even_and_odd(self, value: Frac) -> Pair:
        """sin and cos of an angle that is not taken apart, as generators."""
        flip = value.num.leading_coefficient() < 0
        angle = -value if flip else value
        cosine = self.function("cos", (angle,))
        number = self.field.numbers["function", ("cos", (0,), (angle.key,))]
        generator = self.field.gens[number]
        sine = self.function("sin", (angle,), relation=(2, 1 - generator * generator))
        return (-sine if flip else sine), cosine


def _added(a: Pair, b: Pair) -> Pair:
    return a[0] * b[1] + a[1] * b[0], a[1] * b[1] - a[0] * b[0]
