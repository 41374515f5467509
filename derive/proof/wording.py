"""Conditions as statements that people write: x > 1 rather than x - 1 > 0."""

from __future__ import annotations

from derive.proof.field import Field, Poly
from derive.proof.restore import restore_poly
from derive.proof.signs import (
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Sign,
)
from derive.terms import Statement

_RELATION: dict[Sign, str] = {
    POSITIVE: ">",
    NONNEGATIVE: ">=",
    NONZERO: "!=",
    NEGATIVE: "<",
    NONPOSITIVE: "<=",
    ZERO: "=",
}
_OPPOSITE = {"=": "!=", "!=": "=", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}


def condition_statement(field: Field, poly: Poly, sign: Sign) -> Statement:
    """That a polynomial has one of these signs, with its negative terms on the right."""
    if poly.leading_coefficient() < 0:
        poly, sign = -poly, frozenset(-s for s in sign)
    left, right = field.ctx.constant(0), field.ctx.constant(0)
    for powers, coefficient in field.terms(poly):
        # A constant goes to the right, whatever its sign: z > -1 rather than z + 1 > 0.
        if coefficient < 0 or not powers:
            right -= field.monomial(powers, coefficient)
        else:
            left += field.monomial(powers, coefficient)
    return Statement(restore_poly(field, left), _RELATION[sign], restore_poly(field, right))


def negation(statement: Statement) -> Statement:
    """The opposite statement."""
    return Statement(statement.lhs, _OPPOSITE[statement.relation], statement.rhs)
