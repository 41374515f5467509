"""Steps that put numbers in for letters: `½(a − y)² = ½(0.9 − 0.5)²`."""

from __future__ import annotations

from itertools import product

import sympy as sp

from derive.calculus import differentiate
from derive.errors import DeriveError
from derive.latex import name_to_latex
from derive.proof import prove
from derive.terms import (
    Context,
    Decimal,
    Partial,
    Statement,
    free,
    map_terms,
    name_of,
    substitute,
)
from derive.verdicts.verdict import Status

MAX_TRIES = 120
MAX_ROUNDED = 4
SLOPE_SECONDS = 2.0
PUTS_IN = "with the values that it puts in: "


def values_put_in(
    statement: Statement, context: Context, seconds: float
) -> tuple[Status, str, tuple[str, ...]] | None:
    """What is said of a step from letters to numbers where some letters have no value.

    The numbers written on the other side are tried as their values: a step that puts numbers
    in says thereby what they are. None if every letter has a value, or none has anything to
    do with numbers.
    """
    left, right = free(statement.lhs), free(statement.rhs)
    if bool(left) == bool(right):
        return None
    letters, numbers = (statement.lhs, statement.rhs) if left else (statement.rhs, statement.lhs)
    unknown = _without_value(letters, context)
    if not unknown or not numbers.atoms(Decimal):
        return None
    said = ", ".join(str(s) for s in unknown)
    undecided = f"the text does not say what value {said} has"
    if letters in unknown or any(isinstance(s, sp.IndexedBase) for s in unknown):
        return "undecided", undecided, ()
    literals = _literals(numbers)
    if len(literals) ** len(unknown) > MAX_TRIES or len(literals) < 2:
        return "undecided", undecided, ()
    for values in product(literals, repeat=len(unknown)):
        chosen = dict(zip(unknown, values, strict=True))
        tried = Statement(_filled(letters, chosen, context), "=", _exact(numbers))
        if prove(tried, context, min(1.0, seconds)).status == "proved":
            stated = tuple(f"{name_to_latex(str(s))} = {v}" for s, v in chosen.items())
            return "proved", PUTS_IN + ", ".join(stated), stated
    return "undecided", undecided, ()


def with_slopes_found(statement: Statement, plain: Context, numeric: Context) -> Statement:
    """∂L/∂w as what it is for any w, before the context puts a value in for w."""

    def found(node: sp.Expr) -> sp.Expr:
        valued = isinstance(node, Partial) and any(
            numeric.definition_of(v) is not None and plain.definition_of(v) is None
            for v in node.variables
        )
        if not isinstance(node, Partial) or not valued:
            return node
        try:
            slope = differentiate(node.expr, *node.variables, context=plain).result
        except DeriveError:
            return node
        right = prove(Statement(node, "=", slope), plain, SLOPE_SECONDS)
        return slope if right.status in ("proved", "conditional") else node

    sides = [map_terms(side, found) for side in (statement.lhs, statement.rhs)]
    return Statement(sides[0], statement.relation, sides[1])


def within_rounding(statement: Statement, context: Context) -> bool:
    """σ'(2) = 0.881 · 0.119: whether a value agrees with rounded numbers, as far as these go."""
    rounded = sorted(statement.rhs.atoms(Decimal), key=str)
    plain = statement.rhs.replace(lambda a: isinstance(a, Decimal), lambda a: a.value)
    one = isinstance(statement.rhs, Decimal) or not plain.is_Rational
    if one or statement.relation != "=" or not 0 < len(rounded) <= MAX_ROUNDED:
        return False
    if any(free(x) for x in (statement.lhs, statement.rhs)):
        return False
    corners = []
    for signs in product((-1, 1), repeat=len(rounded)):
        near = {d: d.value + sp.Rational(s, 2 * 10**d.places)
                for d, s in zip(rounded, signs, strict=True)}  # fmt: skip
        corners.append(statement.rhs.replace(lambda a: isinstance(a, Decimal),
                                             lambda a, near=near: near[a]))  # fmt: skip
    ends = (
        Statement(statement.lhs, ">=", min(corners)),
        Statement(statement.lhs, "<=", max(corners)),
    )
    return all(prove(s, context, SLOPE_SECONDS).status == "proved" for s in ends)


def _without_value(term: sp.Expr, context: Context) -> list[sp.Basic]:
    """The symbols that a term comes down to."""
    found: dict[sp.Basic, None] = {}
    todo, seen = [term], set[str]()
    while todo:
        current = todo.pop()
        # What a derivative is taken by needs no value of its own.
        for s in sorted(free(current), key=str):
            name = str(name_of(s))
            bodies = [d.body for d in context.definitions.get(name, ())]
            if not bodies:
                found[s] = None
            elif name not in seen:
                seen.add(name)
                todo += bodies
    return list(found)


def _literals(term: sp.Expr) -> list[sp.Expr]:
    """The numbers that are written in a term, 1 too."""
    found = dict.fromkeys(sorted(term.atoms(Decimal), key=str))
    plain = sorted((a for a in term.atoms(sp.Rational)), key=str)
    values = {d.value for d in found} | {-d.value for d in found}
    for number in plain:
        if number not in values and number not in (-1, 0):
            found[number] = None
    return list(found)


def _exact(term: sp.Expr) -> sp.Expr:
    return term.replace(lambda a: isinstance(a, Decimal), lambda a: a.value)


def _filled(term: sp.Expr, values: dict[sp.Basic, sp.Expr], context: Context) -> sp.Expr:
    exact = {s: v.value if isinstance(v, Decimal) else v for s, v in values.items()}
    if term.has(Partial):
        return term
    return substitute(term, exact)
