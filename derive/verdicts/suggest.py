"""What was probably meant by a refuted equation: a near miss that is true."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations

import sympy as sp

from derive.calculus import differentiate
from derive.errors import DeriveError
from derive.proof import Screen, prepare, prove
from derive.terms import Context, Partial, Statement, free, rebuild, substitute
from derive.verdicts.hypotheses import implied_sum

MAX_CANDIDATES = 400


def suggestion(statement: Statement, context: Context, deadline: float) -> sp.Expr | None:
    """A right side that makes the equation true, close to the one that was written.

    Every suggestion is proved. None if no near miss is found before the deadline.
    """
    if statement.relation != "=":
        return None
    tried: dict[sp.Expr, None] = {}
    screen = Screen(statement.lhs, prepare((statement.lhs, statement.rhs), context))
    for source in SOURCES:
        for candidate in source(statement, context):
            left = min(2.0, deadline - time.monotonic())
            if left <= 0 or len(tried) > MAX_CANDIDATES:
                return None
            if candidate in tried or candidate == statement.rhs:
                continue
            tried[candidate] = None
            if not screen.passes(candidate):
                continue
            if prove(Statement(statement.lhs, "=", candidate), context, left).status == "proved":
                return candidate
    return None


def scaled(statement: Statement, context: Context) -> Iterator[sp.Expr]:
    """A wrong sign or constant factor, a mean forgotten or too many."""
    rhs = statement.rhs
    yield _negative(rhs)
    sizes = sorted((s for s in free(rhs) | free(statement.lhs) if _is_size(s)), key=str)
    factors = [*sizes, *(1 / s for s in sizes), sp.Integer(2), sp.Rational(1, 2), sp.log(2),
               sp.log(10), 1 / sp.log(2), 1 / sp.log(10)]  # fmt: skip
    for factor in factors:
        for sign in (1, -1):
            yield sign * factor * rhs


def summed(statement: Statement, context: Context) -> Iterator[sp.Expr]:
    """A sum over a repeated index that was left out."""
    for attempt in implied_sum(statement, context):
        if attempt.statement.lhs == statement.lhs:
            yield attempt.statement.rhs


def flipped(statement: Statement, context: Context) -> Iterator[sp.Expr]:
    """One sign within the right side, or one term too many."""
    yield from _variants(statement.rhs, _flips)


def swapped(statement: Statement, context: Context) -> Iterator[sp.Expr]:
    """Two symbols, families or indices exchanged, or one written for another."""
    rhs = statement.rhs
    names = sorted((s for s in free(rhs) | free(statement.lhs) if not _is_size(s)), key=str)
    for a, b in combinations(names, 2):
        if _same_kind(a, b):
            yield substitute(rhs, {a: b, b: a})
    for a in names:
        for b in names:
            if a != b and _same_kind(a, b) and a in free(rhs):
                yield from _variants(rhs, partial(_one_for_other, a, b))


def powers(statement: Statement, context: Context) -> Iterator[sp.Expr]:
    """A denominator or a factor that should have been squared, or should not."""
    yield from _variants(statement.rhs, _powers)


def closed_form(statement: Statement, context: Context) -> Iterator[sp.Expr]:
    """The engine's own closed form of the left side."""
    lhs = statement.lhs
    try:
        if isinstance(lhs, Partial):
            yield differentiate(lhs.expr, *lhs.variables, context=context).result
    except DeriveError:
        return


SOURCES: tuple[Callable[[Statement, Context], Iterator[sp.Expr]], ...] = (
    scaled,
    summed,
    flipped,
    powers,
    closed_form,
    swapped,
)


def _negative(term: sp.Expr) -> sp.Expr:
    return sp.Mul(sp.S.NegativeOne, term)


def _is_size(s: sp.Basic) -> bool:
    return isinstance(s, sp.Symbol) and bool(s.is_integer and s.is_positive)


def _same_kind(a: sp.Basic, b: sp.Basic) -> bool:
    if isinstance(a, sp.IndexedBase) and isinstance(b, sp.IndexedBase):
        return bool(a.shape == b.shape)
    return isinstance(a, sp.Symbol) and isinstance(b, sp.Symbol)


def _variants(
    term: sp.Expr, change: Callable[[sp.Expr], Iterator[sp.Expr]], depth: int = 0
) -> Iterator[sp.Expr]:
    """The term with one of its nodes changed."""
    yield from change(term)
    if isinstance(term, sp.Indexed | sp.IndexedBase) or depth > 8:
        return
    for position, arg in enumerate(term.args):
        if isinstance(arg, sp.Expr):
            for new in _variants(arg, change, depth + 1):
                yield rebuild(term, (*term.args[:position], new, *term.args[position + 1 :]))


def _flips(node: sp.Expr) -> Iterator[sp.Expr]:
    if isinstance(node, sp.Add):
        for position, part in enumerate(node.args):
            others = node.args[:position] + node.args[position + 1 :]
            yield sp.Add(_negative(part), *others)
            yield sp.Add(*others)


def _powers(node: sp.Expr) -> Iterator[sp.Expr]:
    if isinstance(node, sp.Pow) and node.exp.is_Integer:
        yield sp.Pow(node.base, 2 * node.exp)
        yield sp.Pow(node.base, node.exp / 2) if node.exp % 2 == 0 else node
    elif isinstance(node, sp.Mul):
        for position, factor in enumerate(node.args):
            others = node.args[:position] + node.args[position + 1 :]
            yield sp.Mul(*others)
            yield sp.Mul(factor, *node.args)


def _one_for_other(a: sp.Basic, b: sp.Basic, node: sp.Expr) -> Iterator[sp.Expr]:
    if node == a or (isinstance(node, sp.Indexed) and a in (node.base, *node.indices)):
        yield substitute(node, {a: b})
