"""What `sympy.simplify` makes of the same claims: definitions unfolded, derivatives taken.

SymPy is given what it can use: signs as assumptions of symbols, equations among the hypotheses
as substitutions.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sympy as sp

from bench.identities import Identity
from derive.terms import (
    At,
    Context,
    Decimal,
    Domain,
    Membership,
    Partial,
    Statement,
    bound_symbols,
    canonical,
    free,
    name_of,
)
from derive.verdicts.surroundings import base_context, read_together

RELATIONS = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "!=": sp.Ne}
POSITIVE = (Domain.POSITIVE, Domain.UNIT)


class OutOfTime(BaseException):
    """The time for one claim is over; no `except Exception` on the way can keep it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` in the body after this many seconds."""

    def stop(*_: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def statements(identity: Identity) -> list[Statement] | None:
    """The claim's steps as plain SymPy; None if it cannot be read or is about decimals."""
    formula, context = read_together(
        identity.claim, identity.given, identity.assuming, base_context()
    )
    if any(step.statement.relation == "~=" for step in formula.steps):
        return None
    sides = [
        (plain(step.statement.lhs, context), step.statement.relation,
         plain(step.statement.rhs, context))
        for step in formula.steps
    ]  # fmt: skip
    if any(side.has(Decimal) for left, _, right in sides for side in (left, right)):
        return None
    assumed = assumptions(context)
    return [Statement(assumed(left), relation, assumed(right)) for left, relation, right in sides]


def plain(term: sp.Basic, context: Context) -> sp.Basic:
    """The term with definitions unfolded and derivatives taken by SymPy."""
    if isinstance(term, Partial):
        # What is differentiated by stays a name until the derivative is taken.
        held = context.without(*filter(None, map(name_of, term.variables)))
        value = plain(term.expr, held)
        bound = {k for node in sp.preorder_traversal(value) for k in bound_symbols(node)}
        if any(bound & free(variable) for variable in term.variables):
            # SymPy's diff takes a bound index for a free one of the same name.
            value = canonical(value)
        for variable in term.variables:
            value = sp.diff(value, variable)
        return plain(value, context)
    if isinstance(term, At):
        inner, variable, value = term.args
        return plain(inner, context).subs(variable, plain(value, context))
    definition = context.definition_of(term) if isinstance(term, sp.Expr) else None
    if definition is not None:
        arguments = () if isinstance(term, sp.Symbol) else getattr(term, "indices", term.args)
        return plain(definition.unfold(*arguments), context)
    if not term.args or isinstance(term, sp.Indexed | sp.IndexedBase | Decimal):
        return term
    return term.func(*(plain(argument, context) for argument in term.args))


def assumptions(context: Context) -> Callable[[sp.Expr], sp.Expr]:
    """What the hypotheses make of a term: positive symbols are replaced, equations used."""
    positive: list[sp.Basic] = []
    equations: list[tuple[sp.Expr, sp.Expr]] = []
    for hypothesis in context.hypotheses:
        fact = hypothesis.statement
        if isinstance(fact, Membership):
            positive += [fact.subject] if fact.domain in POSITIVE else []
        elif fact.relation == "=":
            equations.append((plain(fact.lhs, context), plain(fact.rhs, context)))
        elif fact.relation == ">" and fact.rhs == 0:
            positive.append(fact.lhs)
    swap: dict[sp.Basic, sp.Basic] = {}
    for term in positive:
        base = term.base if isinstance(term, sp.Indexed) else term
        if isinstance(base, sp.IndexedBase):
            swap[base] = sp.IndexedBase(str(base.label), shape=base.shape, positive=True)
        elif isinstance(base, sp.Symbol):
            swap[base] = sp.Symbol(base.name, positive=True)
    return lambda term: term.subs(equations).xreplace(swap)


def simplify_proves(statement: Statement) -> bool:
    """Whether `simplify` shows the statement."""
    if statement.relation == "=":
        return bool(sp.simplify(statement.lhs - statement.rhs) == 0)
    return sp.simplify(RELATIONS[statement.relation](statement.lhs, statement.rhs)) is sp.true


def judge(identity: Identity, seconds: float) -> tuple[bool, float] | None:
    """Whether SymPy proves every step, and its time; None where there is nothing to compare.

    The clock runs while it simplifies, not while the claim is read and unfolded. A crash
    counts as not proved.
    """
    try:
        with time_limit(seconds):
            steps = statements(identity)
    except (OutOfTime, Exception):
        return None
    if steps is None:
        return None
    start = time.process_time()
    try:
        with time_limit(seconds):
            proved = all(simplify_proves(step) for step in steps)
    except (OutOfTime, Exception):
        proved = False
    return proved, time.process_time() - start
