"""Balls around the values of normal forms, at a point or on a whole interval of the variable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flint import arb, ctx

from derive.proof.field import Field, Frac
from derive.proof.jets import power
from derive.proof.polynomials import Poly

BITS = 128

_FUNCTIONS: dict[str, Callable[[arb], arb]] = {
    "sin": lambda x: x.sin(),
    "cos": lambda x: x.cos(),
    "atan": lambda x: x.atan(),
    "erf": lambda x: x.erf(),
}


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Within, balls have this many bits."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


class Enclosure:
    """Encloses values that depend on one variable at most.

    A value that is not finite, or not defined everywhere in the interval, comes out as not
    finite: such a ball compares with nothing.
    """

    def __init__(self, field: Field, variable: int) -> None:
        self.field = field
        self.variable = variable

    def __call__(self, value: Frac, x: arb | None) -> arb:
        """A ball that holds the value for every point of the ball `x`.

        Raises `ValueError` if another variable occurs.
        """
        return self._frac(value, x, {})

    def _frac(self, value: Frac, x: arb | None, memo: dict[int, arb]) -> arb:
        top = self._poly(value.num, x, memo)
        return top if value.den.is_constant() else top / self._poly(value.den, x, memo)

    def _poly(self, poly: Poly, x: arb | None, memo: dict[int, arb]) -> arb:
        total = arb(0)
        for powers, coefficient in self.field.terms(poly):
            term = arb(coefficient)
            for g, e in powers:
                if g not in memo:
                    memo[g] = self._generator(g, x, memo)
                term *= memo[g] if e == 1 else power(memo[g], e)
            total += term
        return total

    def _generator(self, g: int, x: arb | None, memo: dict[int, arb]) -> arb:
        generator = self.field.generators[g]
        parts = generator.parts
        if g == self.variable and x is not None:
            return x
        match generator.kind:
            case "constant":
                return arb.pi()
            case "exp":
                return (self._frac(parts[0], x, memo) / parts[1]).exp()
            case "ln":
                inside = self._poly(parts[0], x, memo)
                return (-inside if inside < 0 else inside).log()
            case "root":
                return self._poly(parts[0], x, memo).root(parts[1])
            case "function":
                name, (argument, *others), order = parts
                if name in _FUNCTIONS and not others and not any(order):
                    return _FUNCTIONS[name](self._frac(argument, x, memo))
        raise ValueError(f"a {generator.kind} is no number")
