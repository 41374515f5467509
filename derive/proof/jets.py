"""Balls with derivatives: values of ball arithmetic and their rates of change, nested at will.

`Jet(value, rate)` follows the chain rule; its components may be jets themselves, which gives
higher and mixed derivatives: the variable entered last is the outermost. This is a third way
to differentiate, apart from the rules of the calculus and the prover's derivation, and guards
over both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import arb, fmpq

Number = Any  # fmpq, arb or Jet


class Jet:
    """A number and the rate at which it changes."""

    __slots__ = ("rate", "value")

    def __init__(self, value: Number, rate: Number) -> None:
        self.value = value
        self.rate = rate

    def __neg__(self) -> Jet:
        return Jet(-self.value, -self.rate)


def add(a: Number, b: Number) -> Number:
    """a + b for any mix of rationals, balls and jets."""
    if type(a) is Jet:
        if type(b) is not Jet:
            return Jet(add(a.value, b), a.rate)
        x, y = _aligned(a, b)
        return Jet(add(x.value, y.value), add(x.rate, y.rate))
    return add(b, a) if type(b) is Jet else a + b


def mul(a: Number, b: Number) -> Number:
    """a · b for any mix of rationals, balls and jets."""
    if type(a) is Jet:
        if type(b) is not Jet:
            return Jet(mul(a.value, b), mul(a.rate, b))
        x, y = _aligned(a, b)
        return Jet(mul(x.value, y.value), add(mul(x.rate, y.value), mul(x.value, y.rate)))
    return mul(b, a) if type(b) is Jet else a * b


def _aligned(a: Number, b: Number) -> tuple[Jet, Jet]:
    level = max(depth(a), depth(b))
    return raised(a, level), raised(b, level)


def raised(a: Number, level: int) -> Number:
    """The same number, constant in the rates that it does not have: newer rates lie outside."""
    for below in range(depth(a), level):
        a = Jet(a, constant(0, below))
    return a


def constant(value: int, level: int) -> Number:
    """A number that changes with nothing, with this many rates."""
    return raised(fmpq(value), level)


def ball(a: Number) -> arb:
    """A rational or a ball as a ball."""
    return arb(a) if isinstance(a, fmpq) else a


def real_part(a: Number) -> Number:
    """The plain number under all rates."""
    while isinstance(a, Jet):
        a = a.value
    return a


def depth(a: Number) -> int:
    """How often rates are nested in it."""
    return 1 + depth(a.value) if isinstance(a, Jet) else 0


def lift(a: Number, function: Callable[[arb], arb], slope: Callable[[Number], Number]) -> Number:
    """A function of a number, given its values on balls and its derivative."""
    if isinstance(a, Jet):
        return Jet(lift(a.value, function, slope), mul(slope(a.value), a.rate))
    return function(ball(a))


def reciprocal(a: Number) -> Number:
    """1 / a; an exact zero raises `ZeroDivisionError`."""
    if isinstance(a, Jet):
        inverse = reciprocal(a.value)
        return Jet(inverse, -mul(mul(inverse, inverse), a.rate))
    if a == 0:
        raise ZeroDivisionError
    return 1 / a


def exp(a: Number) -> Number:
    """e to the power of a."""
    return lift(a, lambda x: x.exp(), exp)


def log(a: Number) -> Number:
    """The natural logarithm."""
    return lift(a, lambda x: x.log(), reciprocal)


def sin(a: Number) -> Number:
    """The sine."""
    return lift(a, lambda x: x.sin(), cos)


def cos(a: Number) -> Number:
    """The cosine."""
    return lift(a, lambda x: x.cos(), lambda x: -sin(x))


def tanh(a: Number) -> Number:
    """The hyperbolic tangent."""
    return lift(a, lambda x: x.tanh(), lambda x: add(fmpq(1), -power(tanh(x), 2)))


def sinh(a: Number) -> Number:
    """The hyperbolic sine."""
    return lift(a, lambda x: x.sinh(), cosh)


def cosh(a: Number) -> Number:
    """The hyperbolic cosine."""
    return lift(a, lambda x: x.cosh(), sinh)


def atan(a: Number) -> Number:
    """The arc tangent."""
    return lift(a, lambda x: x.atan(), lambda x: reciprocal(add(fmpq(1), mul(x, x))))


def erf(a: Number) -> Number:
    """The error function."""

    def slope(x: Number) -> Number:
        return mul(exp(-mul(x, x)), 2 / arb.pi().sqrt())

    return lift(a, lambda x: x.erf(), slope)


def sqrt(a: Number) -> Number:
    """The square root."""

    def slope(x: Number) -> Number:
        return reciprocal(mul(fmpq(2), sqrt(x)))

    return lift(a, lambda x: x.sqrt(), slope)


def power(a: Number, n: int) -> Number:
    """An integer power."""
    if n < 0:
        return reciprocal(power(a, -n))
    if isinstance(a, Jet):
        if n == 0:
            return fmpq(1)
        rate = mul(mul(power(a.value, n - 1), fmpq(n)), a.rate)
        return Jet(power(a.value, n), rate)
    return a**n if isinstance(a, fmpq) else _ball_power(a, n)


def _ball_power(a: arb, n: int) -> arb:
    """By squaring: FLINT's own power of a ball that holds zero is not finite."""
    result = arb(1)
    while n:
        if n % 2:
            result = result * a
        a, n = a * a, n // 2
    return result
