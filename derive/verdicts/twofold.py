"""Readings under which a refuted statement holds after all: then nothing is refuted."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from derive.latex.formula import UNKNOWN_SET
from derive.proof import prove
from derive.terms import Context, Domain, Partial, Statement, free, parts, real
from derive.verdicts.verdict import StepVerdict

IMAGINARY = real("i")
DIGITS = 30

COUNTS = frozenset("nmkNMK")
"""Letters that are numbers of something where nothing else is said of them."""


def twofold_reading(
    statement: Statement, others: Sequence[Statement], context: Context, seconds: float
) -> str | None:
    """Why a statement may hold, though it is refuted as it was read; None if it may not.

    `others` are its other readings: d/dx of all that follows, Σ_{i≠j} over both letters, ln(a^b).
    """
    for other in others:
        if prove(other, context, seconds).status in ("proved", "conditional"):
            return "it may be read in two ways, and holds in the other"
    if _may_count(statement, context, seconds):
        return "the letters that number or count may be whole"
    if IMAGINARY not in context.domains and holds_with_imaginary_unit(statement):
        return "it holds if i is the imaginary unit, which is not read"
    return None


def fails_in_another(
    statement: Statement, others: Sequence[Statement], context: Context, seconds: float
) -> bool:
    """Whether a statement fails if its derivatives reach over what follows, as d/dx x² · x may."""

    def slopes(said: Statement) -> set[sp.Expr]:
        return {p for side in (said.lhs, said.rhs) for p in parts(side, Partial)}

    wider = [other for other in others if slopes(other) != slopes(statement)]
    return any(prove(other, context, seconds).status == "refuted" for other in wider)


def _may_count(statement: Statement, context: Context, seconds: float) -> bool:
    """Whether no natural numbers n, m, k refute the statement, of which it says no more."""
    free_ones = free(statement.lhs) | free(statement.rhs)
    told = {x for h in context.hypotheses for term in h.terms for x in free(term)}
    letters = [x for x in sorted(free_ones, key=str) if isinstance(x, sp.Symbol)
               and str(x) in COUNTS and not x.is_integer and str(x) not in context.definitions
               and x not in context.domains]  # fmt: skip
    if not letters:
        return False
    for x in letters:
        context = context.declare(x, Domain.INTEGER)
        if x not in told:
            context = context.assume(Statement(x, ">=", sp.S.One))
    return prove(statement, context, seconds).status != "refuted"


def in_known_sets(steps: Sequence[StepVerdict], readings: Sequence[str]) -> list[StepVerdict]:
    """Steps that are not refuted by points outside of a set that only the text knows."""
    unknown = next((r for r in readings if r.endswith(UNKNOWN_SET)), None)
    return [
        step.unsure(f"{unknown}; else {step.reason}")
        if unknown is not None and step.verdict == "refuted"
        else step
        for step in steps
    ]


def holds_with_imaginary_unit(statement: Statement) -> bool:
    """Whether i² = −1 makes the sides of an equation agree at a point.

    Decides only what is not said, so that the numbers of SymPy are good enough.
    """
    names = free(statement.lhs) | free(statement.rhs)
    if IMAGINARY not in names or statement.relation != "=":
        return False
    others = sorted((s for s in names - {IMAGINARY} if isinstance(s, sp.Symbol)), key=str)
    values = {s: sp.Rational(2 * k + 3, 7) for k, s in enumerate(others)}
    try:
        sides = (
            side.xreplace({IMAGINARY: sp.I, **values}) for side in (statement.lhs, statement.rhs)
        )
        left, right = (sp.N(side, DIGITS) for side in sides)
        return bool(abs(left - right) < sp.Rational(1, 10 ** (DIGITS // 2)))
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return False
