"""What was probably meant by a refuted equation: a near miss that is proved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

import sympy as sp

from derive.calculus import differentiate
from derive.errors import DeriveError
from derive.proof import prove
from derive.terms import Context, NamedFunction, Partial, Statement, free, map_terms
from derive.verdicts.attempts import unchanged
from derive.verdicts.nearby import SOURCES, is_size, negative
from derive.verdicts.screen import Screen

MAX_CANDIDATES = 400
MAX_PROOFS = 4

SECONDS = 0.4
"""Looking for what was meant is a courtesy: it may not hold up a verdict for long."""

PROOF_SECONDS = 1.0
"""What no point speaks against is mostly true: on a busy machine its proof may take its time."""


@dataclass(frozen=True)
class Reading:
    """How a statement is judged: its terms may be changed first, for n = 1, and in `context`."""

    context: Context
    change: Callable[[sp.Expr], sp.Expr] = unchanged

    def __call__(self, statement: Statement) -> Statement:
        sides = (self.change(statement.lhs), self.change(statement.rhs))
        return Statement(sides[0], statement.relation, sides[1])


def suggestion(statement: Statement, context: Context, judged: Reading) -> Statement | None:
    """A true equation close to a refuted one: mostly its left side with another right side.

    Every suggestion is proved, as `judged` reads it. None if no near miss is found.
    """
    if statement.relation != "=":
        return None
    deadline = time.process_time() + SECONDS
    screen = Screen(judged(statement), judged.context)
    passed = _screened(statement, context, judged, screen, deadline)
    near = (Statement(statement.lhs, "=", rhs) for rhs in islice(passed, MAX_PROOFS))
    for meant in chain(near, _closed_forms(statement, context)):
        if prove(judged(meant), judged.context, PROOF_SECONDS).status == "proved":
            return meant
    return None


def _screened(
    statement: Statement, context: Context, judged: Reading, screen: Screen, deadline: float
) -> Iterator[sp.Expr]:
    """The candidates that no point speaks against; what none can be tried at is no candidate."""
    if not screen.points:
        return
    yield from _scaled(statement, screen)
    seen = {statement.rhs, statement.lhs}
    for source in SOURCES:
        for candidate in islice(_buildable(source(statement, context)), MAX_CANDIDATES):
            if time.process_time() > deadline:
                return
            if candidate not in seen:
                seen.add(candidate)
                if screen.passes(judged.change(candidate)):
                    yield candidate


def _buildable(candidates: Iterator[sp.Expr]) -> Iterator[sp.Expr]:
    """The candidates up to one that SymPy cannot even build: it is not what was meant."""
    try:
        yield from candidates
    except (ArithmeticError, TypeError, ValueError):
        return


def _scaled(statement: Statement, screen: Screen) -> Iterator[sp.Expr]:
    """A wrong sign or constant factor, a mean forgotten or too many."""
    rhs = statement.rhs
    sizes = sorted((s for s in free(rhs) | free(statement.lhs) if is_size(s)), key=str)
    ranges = {s for x in (*rhs.atoms(sp.Sum), *statement.lhs.atoms(sp.Sum)) for _, _, s in x.limits}
    sizes += sorted((s for s in ranges - set(sizes) if isinstance(s, sp.Symbol)), key=str)
    plain = [sp.Integer(2), sp.Rational(1, 2), sp.Integer(4), sp.Rational(1, 4), sp.Integer(3),
             sp.Rational(1, 3), sp.log(2), sp.log(10), 1 / sp.log(2), 1 / sp.log(10)]  # fmt: skip
    for factor in (sp.S.One, *sizes, *(1 / s for s in sizes), *plain):
        for sign in (1, -1):
            if (factor, sign) != (1, 1) and screen.has_factor(sign * factor):
                scaled = rhs if factor == 1 else sp.Mul(factor, rhs)
                yield scaled if sign == 1 else negative(scaled)
                return


def _closed_forms(statement: Statement, context: Context) -> Iterator[Statement]:
    """The engine's own closed form of the left side, or of the derivative that it lacks."""
    lhs = statement.lhs
    names = _names_in(statement, context)

    def closed(node: sp.Expr) -> sp.Expr:
        if not isinstance(node, Partial):
            return node
        found = differentiate(node.expr, *node.variables, context=context, in_terms_of=names)
        return found.result

    try:
        if lhs.has(Partial):
            yield Statement(lhs, "=", map_terms(lhs, closed))
        elif isinstance(lhs, NamedFunction) and len(lhs.args) == 1 and lhs.args[0].is_Symbol:
            slope = Partial(lhs, lhs.args[0])
            if statement.rhs.has(sp.Piecewise) or not free(statement.rhs):
                yield Statement(slope, "=", closed(slope))
    except DeriveError:
        return


def _names_in(statement: Statement, context: Context) -> list[str]:
    """The names that the text uses: nobody meant a function that it does not speak of."""
    bodies = [d.body for group in context.definitions.values() for d in group]
    terms = (statement.lhs, statement.rhs, *bodies)
    applied = {type(f).__name__ for term in terms for f in term.atoms(NamedFunction)}
    return sorted(applied.union(context.definitions))
