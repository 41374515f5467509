"""Conditions as statements that people write: x > 1 rather than x - 1 > 0."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derive.proof.field import Frac
from derive.proof.polynomials import Poly
from derive.proof.restore import restore, restore_poly
from derive.proof.signs import (
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Facts,
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


def condition_statement(facts: Facts, poly: Poly, sign: Sign) -> Statement:
    """That a polynomial has one of these signs, with its negative terms on the right.

    ln |f| is written as the logarithm that it is under the facts.
    """
    field = facts.field
    parts = {1: field.ctx.constant(0), -1: field.ctx.constant(0), 0: field.ctx.constant(0)}
    for powers, coefficient in field.terms(poly):
        side = 0 if not powers else 1 if coefficient > 0 else -1
        parts[side] += field.monomial(powers, abs(coefficient) if powers else coefficient)
    logs = logarithms(facts, poly)
    left, right = (restore_poly(field, parts[s]).xreplace(logs) for s in (1, -1))
    # By name, not by number: a replay numbers its generators in another order.
    constant = restore_poly(field, parts[0])
    if left == 0 or (right != 0 and str(right) < str(left)):
        left, right, constant = right, left, -constant
        sign = frozenset(-s for s in sign)
    # A constant goes to the right, whatever its sign: z > -1 rather than z + 1 > 0.
    sides = (left, right - constant)
    left, right = (with_letters(side, *sides) for side in sides)
    return Statement(left, _RELATION[sign], right)


def logarithms(
    facts: Facts, poly: Poly, unsigned: Callable[[sp.Expr], sp.Expr] = lambda f: sp.log(sp.Abs(f))
) -> dict[sp.Expr, sp.Expr]:
    """ln |f| in the words of the facts, for each f that is not known to be positive.

    `unsigned` writes ln |f| where the sign of f is open.
    """
    found: dict[sp.Expr, sp.Expr] = {}
    waiting = list(facts.field.used(poly))
    seen: set[int] = set()
    while waiting:
        g = waiting.pop()
        generator = facts.field.generators[g]
        if g in seen or generator.kind not in ("ln", "exp", "root"):
            continue
        seen.add(g)
        inside = generator.parts[0]
        waiting += inside.generators if isinstance(inside, Frac) else facts.field.used(inside)
        if generator.kind != "ln" or facts.sign(inside) <= NONNEGATIVE:
            continue
        term = restore_poly(facts.field, inside)
        negative = facts.sign(inside) <= NONPOSITIVE
        found[sp.log(term)] = sp.log(-term) if negative else unsigned(term)
    return found


def restored(facts: Facts, value: Frac) -> sp.Expr:
    """The term that a normal form stands for, its logarithms as they are under the facts."""
    logs: dict[sp.Expr, sp.Expr] = {}
    for piece in (factor for part in value.parts for factor in part.factors):
        logs |= logarithms(facts, piece.num) | logarithms(facts, piece.den)
    return restore(facts.field, value).xreplace(logs)


def with_letters(term: sp.Expr, *beside: sp.Expr) -> sp.Expr:
    """Letters for the bound indices in a term, the same in the terms that stand beside it."""
    symbols = {s for side in (term, *beside) for s in side.atoms(sp.Symbol)}
    internal = sorted((s for s in symbols if s.name.startswith("_")), key=str)
    letters = [index(c) for c in "klqrs" if c not in {s.name for s in symbols}]
    return term.xreplace(dict(zip(internal, letters, strict=False)))


def negation(statement: Statement) -> Statement:
    """The opposite statement."""
    return Statement(statement.lhs, _OPPOSITE[statement.relation], statement.rhs)
