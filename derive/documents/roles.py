"""Steps that say something else than that two sides are equal as they stand.

A derivative that is set to zero; what follows if two things are the same; a function that is
known at points; a sum of products that gets new names.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import sympy as sp

from derive.errors import DefinitionError
from derive.latex.writer import latex
from derive.proof import prove
from derive.terms import (
    Context,
    Definition,
    NamedFunction,
    Partial,
    Statement,
    free,
    map_terms,
    name_of,
    shape_of,
    substitute,
)
from derive.verdicts.nearby import is_size
from derive.verdicts.screen import Screen

SET_TO_ZERO = "the derivative, set to zero, of "
SECONDS = 2.0

_FACTORS = tuple(sp.Rational(*c) for c in ((1, 1), (-1, 1), (2, 1), (-2, 1), (1, 2), (-1, 2)))


def set_to_zero(
    statement: Statement, context: Context, objectives: Sequence[str]
) -> tuple[str, str] | None:
    """`E = 0` where E is the derivative of what the text optimises: a reason, a hypothesis.

    `objectives` are names that the context defines, the last one last. None if E is no
    derivative of any of them, up to a factor.
    """
    variables = [s for s in _letters(statement.lhs) if isinstance(s, sp.Symbol)]
    for head in reversed([d.head for n in objectives for d in context.definitions.get(n, ())]):
        for v in variables:
            slope = Partial(head, v)
            screen = Screen(Statement(slope, "=", statement.lhs), context)
            factor = next((c for c in _FACTORS if screen.has_factor(c)), None)
            if factor is None:
                continue
            claim = Statement(slope, "=", sp.Mul(factor, statement.lhs))
            if prove(claim, context, SECONDS).status in ("proved", "conditional"):
                said = f"{SET_TO_ZERO}{name_of(head)} by {v}"
                return said, f"{latex(slope)} = 0"
    return None


def consequence(statement: Statement, context: Context) -> tuple[str, str] | None:
    """`if the two are the same, then log(P/Q) = 0`: the equation that makes a value right."""
    values = [f for f in statement.lhs.atoms(NamedFunction) if context.definition_of(f) is None]
    letters = [*_letters(statement.lhs), *sorted(values, key=str)]
    for a, b in combinations(letters, 2):
        if not _are_alike(a, b):
            continue
        same = Statement(substitute(statement.lhs, {a: b}), "=", statement.rhs)
        if Screen(same, context).differs():
            continue
        if prove(same, context, SECONDS).status in ("proved", "conditional"):
            left, right = _as_printed(a, statement.lhs), _as_printed(b, statement.lhs)
            return "true where the two are the same", f"{latex(left)} = {latex(right)}"
    return None


def _are_alike(a: sp.Basic, b: sp.Basic) -> bool:
    """Two numbers, two families of one shape, or values of two functions at one place."""
    if isinstance(a, NamedFunction) and isinstance(b, NamedFunction):
        return bool(a.args == b.args)
    return type(a) is type(b) and getattr(a, "shape", ()) == getattr(b, "shape", ())


def at_points(statement: Statement, context: Context) -> tuple[list[Statement], str] | None:
    """A claim on P(X) where only P(0) and P(1) are known: the claim at each point.

    With the statements comes where X lives, in LaTeX.
    """
    applications = sorted(
        {f for side in (statement.lhs, statement.rhs) for f in side.atoms(NamedFunction)}, key=str
    )
    for f in applications:
        known = _points_of(f, context)
        if len(known) < 2 or len(f.args) != 1 or not isinstance(f.args[0], sp.Symbol):
            continue
        (letter,) = f.args
        cases = []
        for value, head in known.items():
            sides = [substitute(_applied_as(side, f, head), {letter: value})
                     for side in (statement.lhs, statement.rhs)]  # fmt: skip
            cases.append(Statement(sides[0], statement.relation, sides[1]))
        where = ", ".join(latex(v) for v in sorted(known, key=str))
        return cases, rf"{latex(letter)} \in \{{{where}\}}"
    return None


def speaks_of_all(statement: Statement, context: Context) -> bool:
    """`P(D) = \\prod_i P(D_i)`: a function of one value, of all values at once."""
    for f in statement.lhs.atoms(NamedFunction):
        families = [a for a in f.args if isinstance(a, sp.IndexedBase)]
        general = [d for d in context.definitions.get(type(f).__name__, ()) if d.general]
        if families and general and not any(shape_of(p) for d in general for p in d.params):
            return True
    return False


def _points_of(f: NamedFunction, context: Context) -> dict[sp.Expr, sp.Expr]:
    """The numbers at which a function without a general definition has one.

    P(X = 1) is a value of P for the variable X.
    """
    name = type(f).__name__
    found: dict[sp.Expr, sp.Expr] = {}
    for known in (name, f"{name}_{f.args[0]}"):
        for d in context.definitions.get(known, ()):
            if d.general:
                return {}
            if isinstance(d.head, NamedFunction) and len(d.head.args) == 1:
                found[d.head.args[0]] = d.head
    return found


def _applied_as(side: sp.Expr, f: sp.Expr, head: sp.Expr) -> sp.Expr:
    return map_terms(side, lambda node: head if node == f else node)


def _letters(term: sp.Expr) -> list[sp.Basic]:
    """The letters of a term that stand for values, not for sizes and indices."""
    return sorted((s for s in free(term) if not is_size(s)), key=str)


def _as_printed(letter: sp.Basic, term: sp.Expr) -> sp.Basic:
    """A family as a term shows it: with its indices."""
    members = [m for m in term.atoms(sp.Indexed) if m.base == letter]
    return min(members, key=str) if members else letter


def with_definition(context: Context, definition: Definition) -> Context:
    """The context with a definition, if it can stand there."""
    try:
        return context.define(definition)
    except DefinitionError:
        return context
