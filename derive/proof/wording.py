"""Conditions as statements that people write: x > 1 rather than x - 1 > 0."""

from __future__ import annotations

import sympy as sp

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
from derive.terms import Statement, index

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
    sides = (restore_poly(field, left), restore_poly(field, right))
    return Statement(_readable(sides[0], sides), _RELATION[sign], _readable(sides[1], sides))


def _readable(term: sp.Expr, sides: tuple[sp.Expr, sp.Expr]) -> sp.Expr:
    """Letters for the indices over which a condition holds throughout."""
    symbols = {s for side in sides for s in side.atoms(sp.Symbol)}
    internal = sorted((s for s in symbols if s.name.startswith("_")), key=str)
    letters = [index(c) for c in "klqrs" if c not in {s.name for s in symbols}]
    return term.xreplace(dict(zip(internal, letters, strict=False)))


def negation(statement: Statement) -> Statement:
    """The opposite statement."""
    return Statement(statement.lhs, _OPPOSITE[statement.relation], statement.rhs)
