"""The sign of a polynomial with indicators such as 1[x > 0], case by case."""

from __future__ import annotations

from derive.proof.field import Field
from derive.proof.polynomials import Poly
from derive.proof.signs import ANY, Facts, Sign

MAX_MARKS = 3


def sign_with_marks(facts: Facts, poly: Poly, depth: int = MAX_MARKS) -> Sign:
    """The signs that a polynomial has where the polynomials that it marks have theirs."""
    field = facts.field
    first = next((g for g in field.used(poly) if field.generators[g].kind == "indicator"), None)
    if first is None or not depth:
        return ANY
    marked = field.generators[first].parts[0].num
    found: Sign = frozenset()
    for sign in sorted(facts.sign(marked)):
        there = facts.copy()
        there.add(marked, frozenset((sign,)))
        value = _where(field, poly, marked, sign)
        found |= there.sign(value) & sign_with_marks(there, value, depth - 1)
    return found or ANY


def _where(field: Field, poly: Poly, marked: Poly, sign: int) -> Poly:
    """The polynomial with the indicators of one polynomial's signs as numbers."""
    for g in field.used(poly):
        generator = field.generators[g]
        if generator.kind == "indicator" and generator.parts[0].num == marked:
            value = field.ctx.constant(int(generator.parts[1] == sign))
            slope = poly.derivative(g)
            poly = poly - slope * field.gens[g] + slope * value
    return poly
