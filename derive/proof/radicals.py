"""The sign of a + b·√f, by comparing the squares of its two parts."""

from __future__ import annotations

from derive.proof.field import Field
from derive.proof.polynomials import Poly
from derive.proof.signs import (
    ANY,
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Facts,
    Sign,
)


def sign_with_root(facts: Facts, poly: Poly) -> Sign:
    """The signs of a polynomial that is linear in a square root, where the root is defined.

    Where a² > b²f the sign is that of a, where a² < b²f that of b.
    """
    field = facts.field
    for g in field.used(poly):
        generator = field.generators[g]
        if generator.kind == "root" and generator.parts[1] == 2 and int(poly.degrees()[g]) == 1:
            b = poly.derivative(g)
            a = poly - b * field.gens[g]
            if not a.is_zero():
                return _compared(facts, a, b, generator.parts[0])
    return ANY


def _compared(facts: Facts, a: Poly, b: Poly, inside: Poly) -> Sign:
    norm = _norm(facts.field, a, b, inside)
    if norm is None:
        return ANY
    sign = ZERO if norm.is_zero() else facts.sign(norm)
    if sign == POSITIVE:
        return facts.sign(a)
    if sign == NEGATIVE:
        return facts.sign(b) - ZERO or ANY
    if sign <= NONNEGATIVE:
        return facts.sign(a) | ZERO
    if sign <= NONPOSITIVE:
        return facts.sign(b) | ZERO
    # Parts of different size do not cancel.
    return ANY if 0 in sign else NONZERO


def _norm(field: Field, a: Poly, b: Poly, inside: Poly) -> Poly | None:
    if len(a) * len(a) + len(b) * len(b) * len(inside) > 400:
        return None
    return field.reduce(a * a - b * b * inside)
