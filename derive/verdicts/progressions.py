"""What is left unsaid of steps in time: what is held fixed, and that a range is not empty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType

import sympy as sp

from derive.errors import UnsupportedError
from derive.latex import name_to_latex
from derive.latex.writer import latex
from derive.proof import unrolled
from derive.terms import Context, Partial, Statement, evaluated, free, name_of
from derive.verdicts.attempts import Attempt


def held_fixed(statement: Statement, context: Context) -> Iterator[Attempt]:
    """That what is beside the variable of a derivative, or before it, does not move with it.

    ∂c_t/∂c_{t-1} = f_t leaves out that h_{t-1} depends on c_{t-1}, and f_t on h_{t-1};
    ∂h_t/∂w = (1 − h_t²) h_{t-1} that h_{t-1} depends on w.
    """
    try:
        steps = unrolled(statement, context)
    except UnsupportedError:
        return
    short, inside = steps.statement, steps.context
    first = [x for x, by in inside.dependencies.items() if by and x not in context.dependencies]
    sides = (short.lhs, short.rhs)
    variables = {name_of(v) for side in sides for p in side.atoms(Partial) for v in p.variables}
    times = {str(name).rpartition("_")[2] for name in variables}
    spoken = {str(name_of(x)) for side in sides for x in free(side)}
    beside = [
        name
        for name in sorted(inside.definitions.keys() - context.definitions.keys() - spoken)
        if name.rpartition("_")[2] in times
    ]
    names = [*(str(name_of(x)) for x in first), *beside]
    if names:
        written = ", ".join(map(name_to_latex, names))
        table = MappingProxyType(dict(context.dependencies))
        fixed = replace(inside.without(*beside), dependencies=table)
        label = rf"{written} \text{{ held fixed}}"
        yield Attempt(short, fixed, label, f"{written} held fixed")


def within_range(statement: Statement, context: Context) -> Iterator[Attempt]:
    r"""That a sum up to T − t has terms, and that the \gamma of \gamma^k is positive."""
    bodies = [d.body for group in context.definitions.values() for d in group]
    terms = (statement.lhs, statement.rhs, *bodies)
    limits = {
        (low, high)
        for term in terms
        for node in term.atoms(sp.Sum, sp.Product)
        for _, low, high in node.limits
    }
    bases = _bases(terms, context)
    for least in (1, 2):
        needs = (_longer(low, high, least) for low, high in sorted(limits, key=str))
        found = list(dict.fromkeys(need for need in needs if need is not None))
        if least == 1 and bases:
            yield _assuming(statement, context, bases, "the bases of powers are positive")
        if found:
            words = "the sums have terms" if least == 1 else "the sums have several terms"
            yield _assuming(statement, context, found, words)
        if found and bases:
            yield _assuming(statement, context, [*found, *bases], f"{words}, with positive bases")


def _assuming(
    statement: Statement, context: Context, needs: list[Statement], words: str
) -> Attempt:
    label = ",\\ ".join(map(latex, needs))
    for need in needs:
        context = context.assume(need, label)
    return Attempt(statement, context, label, f"{words}: {label}")


def _bases(terms: Sequence[sp.Expr], context: Context) -> list[Statement]:
    """γ > 0 for each name of which nothing is known that has an exponent with a name in it."""
    powers = {p for term in terms for p in term.atoms(sp.Pow) if p.exp.free_symbols}
    names = {p.base for p in powers if isinstance(p.base, sp.Symbol)}
    free_ones = (x for x in names if context.definition_of(x) is None and not x.is_positive)
    return [Statement(x, ">", sp.S.Zero) for x in sorted(free_ones, key=str)]


def _longer(low: sp.Expr, high: sp.Expr, least: int) -> Statement | None:
    """The condition that a range has so many terms, unless it has them anyway; without minus."""
    beyond = evaluated(high - low - least + 1)
    if evaluated(beyond + least).is_nonnegative or not beyond.free_symbols:
        return None
    minus = [-x for x in sp.Add.make_args(beyond) if x.could_extract_minus_sign()]
    small = sp.Add(*minus)
    return Statement(small, "<=", evaluated(beyond + small))
