"""Wrong neighbours of true statements: one or two small slips in the right side."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress

import sympy as sp
from flint import arb, fmpq

from derive.errors import DeriveError
from derive.proof import prepare
from derive.proof.balls import evaluate
from derive.proof.jets import ball, real_part
from derive.proof.sampling import Sampler
from derive.proof.valuation import NoValueError, Point
from derive.terms import Context, Partial, Statement, Vec, free, rebuild, substitute

BITS = 256
POINTS = 8
SEED = 2001
# What SymPy raises for a term that it refuses, such as a maximum of what has no order.
REFUSED = (TypeError, ValueError)
CONSTANTS = (sp.Integer(2), sp.Integer(-1), sp.Rational(1, 2), 1 + sp.Rational(1, 10**9))


class Witnesses:
    """Points at which a statement's hypotheses hold, with the value of its left side there."""

    def __init__(self, statement: Statement, context: Context) -> None:
        self.setting = prepare((statement.lhs, statement.rhs), context)
        sampler = Sampler((statement.lhs, statement.rhs), self.setting)
        # Other points than those that the prover looks at.
        sampler.random = random.Random(SEED)
        self.known = [(p, v) for p in sampler.points(POINTS) if (v := self.value(statement.lhs, p))]

    def value(self, term: sp.Expr, point: Point) -> arb | None:
        """The value of a term at a point, or None if it has none there."""
        try:
            value = real_part(evaluate(term, self.setting.witness, point, BITS))
        except (NoValueError, DeriveError, ZeroDivisionError, TypeError, ValueError, KeyError):
            return None
        return ball(value) if isinstance(value, fmpq) else value

    def against(self, term: sp.Expr) -> Point | None:
        """A point at which the term differs from the left side, by disjoint balls."""
        for point, left in self.known:
            right = self.value(term, point)
            if right is not None and right.is_finite() and not left.overlaps(right):
                return point
        return None


def false_mutants(
    statement: Statement, context: Context, count: int
) -> Iterator[tuple[Statement, Point]]:
    """Up to `count` mutants of an equation, each with a point that shows that it is false."""
    witnesses = Witnesses(statement, context)
    seen = {statement.rhs}
    families = statement.lhs.atoms(sp.IndexedBase) | statement.rhs.atoms(sp.IndexedBase)
    found = 0
    for candidate in _candidates(statement):
        if found == count:
            return
        if candidate in seen or candidate.has(sp.zoo, sp.nan, sp.oo, sp.I):
            continue
        seen.add(candidate)
        if not candidate.atoms(sp.IndexedBase) <= families:
            continue  # a size exchanged with an index makes another family of the same name
        point = witnesses.against(candidate)
        if point is not None:
            found += 1
            yield Statement(statement.lhs, "=", candidate), point


def _candidates(statement: Statement) -> Iterator[sp.Expr]:
    """Mutants with one slip, in a random but fixed order, then mutants with two."""
    chance = random.Random(SEED)
    singles = list(dict.fromkeys(_mutants(statement.rhs, statement)))
    chance.shuffle(singles)
    yield from singles
    for _ in range(40 * len(singles)):
        once = chance.choice(singles)
        twice = list(_mutants(once, statement))
        if twice:
            yield chance.choice(twice)


def _mutants(term: sp.Expr, statement: Statement) -> Iterator[sp.Expr]:
    """The term with one slip somewhere."""
    names = sorted(free(statement.lhs) | free(statement.rhs), key=str)
    for change in CHANGES:
        yield from _somewhere(term, lambda node, change=change: change(node, names))


def _somewhere(term: sp.Expr, change: Callable[[sp.Expr], Iterator[sp.Expr]]) -> Iterator[sp.Expr]:
    with suppress(*REFUSED):
        yield from change(term)
    if isinstance(term, sp.Indexed | sp.IndexedBase) or not term.args:
        return
    for position, arg in enumerate(term.args):
        inner = arg
        if isinstance(arg, sp.Tuple) and isinstance(term, sp.Piecewise):
            inner = arg[0]
        if not isinstance(inner, sp.Expr) or (isinstance(term, Partial | Vec) and position):
            continue
        for new in _somewhere(inner, change):
            put = sp.Tuple(new, arg[1]) if inner is not arg else new
            with suppress(*REFUSED):
                yield rebuild(term, (*term.args[:position], put, *term.args[position + 1 :]))


Names = list[sp.Basic]


def signs(node: sp.Expr, names: Names) -> Iterator[sp.Expr]:
    """A sign: of the whole, of one term, of an exponent or an argument."""
    yield -node
    if isinstance(node, sp.Add):
        for position, part in enumerate(node.args):
            yield node.func(*node.args[:position], -part, *node.args[position + 1 :])
    if isinstance(node, sp.exp | sp.tanh | sp.sin):
        yield node.func(-node.args[0])


def coefficients(node: sp.Expr, names: Names) -> Iterator[sp.Expr]:
    """A factor too many, or a summand."""
    for constant in CONSTANTS:
        yield constant * node
    yield node + 1
    yield node - sp.Rational(1, 2)
    if isinstance(node, sp.Rational):
        yield node + 1


def dropped(node: sp.Expr, names: Names) -> Iterator[sp.Expr]:
    """A term or a factor left out, or written twice."""
    if isinstance(node, sp.Add | sp.Mul):
        for position, part in enumerate(node.args):
            others = node.args[:position] + node.args[position + 1 :]
            yield node.func(*others)
            yield node.func(*node.args, part)


def powers(node: sp.Expr, names: Names) -> Iterator[sp.Expr]:
    """A power that is not there, or another one."""
    yield node**2
    if isinstance(node, sp.Pow):
        yield sp.Pow(node.base, node.exp + 1)
        yield sp.Pow(node.base, -node.exp)
        yield node.base


def symbols(node: sp.Expr, names: Names) -> Iterator[sp.Expr]:
    """One symbol, family or index written for another."""
    if isinstance(node, sp.Indexed):
        for base in names:
            if isinstance(base, sp.IndexedBase) and base.shape == node.base.shape:
                yield base[node.indices]
        for position, _ in enumerate(node.indices):
            for other in names:
                if isinstance(other, sp.Symbol) and other.is_integer:
                    new = (*node.indices[:position], other, *node.indices[position + 1 :])
                    yield node.base[new]
    elif isinstance(node, sp.Symbol):
        for other in names:
            if isinstance(other, sp.Symbol) and other.is_integer == node.is_integer:
                yield other


def exchanged(node: sp.Expr, names: Names) -> Iterator[sp.Expr]:
    """Two symbols or families exchanged."""
    for position, here in enumerate(names):
        for there in names[position + 1 :]:
            if _alike(here, there) and here in free(node):
                yield substitute(node, {here: there, there: here})


def _alike(here: sp.Basic, there: sp.Basic) -> bool:
    """Whether one can stand where the other does: families of one shape, or symbols of a kind."""
    if isinstance(here, sp.IndexedBase) and isinstance(there, sp.IndexedBase):
        return bool(here.shape == there.shape)
    symbols = isinstance(here, sp.Symbol) and isinstance(there, sp.Symbol)
    return symbols and here.is_integer == there.is_integer


def bounds(node: sp.Expr, names: Names) -> Iterator[sp.Expr]:
    """A sum that starts late, ends early, or is not there."""
    if isinstance(node, sp.Sum) and len(node.limits) == 1:
        k, low, high = node.limits[0]
        yield sp.Sum(node.function, (k, low + 1, high))
        yield sp.Sum(node.function, (k, low, high - 1))
        for other in names:
            if isinstance(other, sp.Symbol) and other.is_integer:
                yield substitute(node.function, {k: other})


def cases(node: sp.Expr, names: Names) -> Iterator[sp.Expr]:
    """The cases of a distinction exchanged, or a maximum for a minimum."""
    if isinstance(node, sp.Piecewise) and len(node.args) == 2:
        (first, condition), (second, last) = node.args
        yield sp.Piecewise((second, condition), (first, last))
        if isinstance(condition, sp.StrictGreaterThan | sp.StrictLessThan):
            yield sp.Piecewise((first, condition.reversedsign), (second, last))
    if isinstance(node, sp.Max | sp.Min):
        yield (sp.Min if isinstance(node, sp.Max) else sp.Max)(*node.args)
    if isinstance(node, sp.Abs):
        yield node.args[0]


def functions(node: sp.Expr, names: Names) -> Iterator[sp.Expr]:
    """A function without its argument's factor, or another function."""
    if isinstance(node, sp.exp | sp.log):
        yield node.args[0]
    if isinstance(node, sp.log):
        yield sp.log(node.args[0]) / sp.log(2)
        yield sp.log(2 * node.args[0])


CHANGES: tuple[Callable[[sp.Expr, Names], Iterator[sp.Expr]], ...] = (
    signs, coefficients, dropped, powers, symbols, exchanged, bounds, cases, functions,
)  # fmt: skip
