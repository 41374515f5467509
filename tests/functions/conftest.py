"""Entries at points: an exact evaluator that shares no code with the layers above."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from hypothesis import strategies as st

from derive.functions import Entry, catalogue
from derive.terms import Domain, NamedFunction, shape_of, substitute

SIZES = (3, 2)
Point = dict[sp.Basic, Any]


def exact(term: sp.Basic, point: Point) -> sp.Basic:
    """The exact number that a term is at a point; families are tables from indices to numbers."""
    if isinstance(term, sp.Symbol):
        return point[term]
    if isinstance(term, sp.Indexed):
        return point[term.base][tuple(int(exact(i, point)) for i in term.indices)]
    if isinstance(term, NamedFunction):
        return exact(catalogue.definitions[term.func.__name__].unfold(*term.args), point)
    if isinstance(term, sp.Sum):
        return _total(term.function, term.limits, point)
    if not term.args:
        return term
    return term.func(*(exact(a, point) for a in term.args))


def _total(body: sp.Expr, limits: tuple[sp.Tuple, ...], point: Point) -> sp.Expr:
    if not limits:
        return exact(body, point)
    k, low, high = limits[-1]
    steps = range(int(exact(low, point)), int(exact(high, point)) + 1)
    return sp.Add(
        *(_total(substitute(body, {k: sp.Integer(s)}), limits[:-1], point) for s in steps)
    )


def _scalars(domain: Domain) -> st.SearchStrategy[sp.Expr]:
    unit = st.fractions(sp.Rational(1, 50), sp.Rational(49, 50), max_denominator=50)
    numbers = {
        Domain.REAL: st.fractions(-5, 5, max_denominator=20),
        Domain.POSITIVE: st.fractions(sp.Rational(1, 20), 4, max_denominator=20),
        Domain.UNIT: unit,
        Domain.PROBABILITY: unit,
        Domain.BINARY: st.sampled_from([0, 1]),
        Domain.SIGN: st.sampled_from([-1, 1]),
    }[domain]
    return numbers.map(lambda v: sp.Rational(*v.as_integer_ratio()))


def _domain(entry: Entry, position: int) -> Domain:
    """As declared; targets without a declaration are probabilities, as ranges take them."""
    is_target = entry.family == "loss" and position == 1
    fallback = Domain.PROBABILITY if is_target else Domain.REAL
    return entry.domains.get(entry.params[position], fallback)


@st.composite
def points(draw: st.DrawFn, entry: Entry) -> Point:
    """A point of an entry's domains, with a size of 3 for the first size and 2 for the next."""
    point: Point = {s: sp.Integer(v) for s, v in zip(entry.sizes, SIZES, strict=False)}
    point |= {i: sp.Integer(draw(st.integers(1, 2))) for i in entry.out}
    for position, p in enumerate(entry.params):
        domain = _domain(entry, position)
        if not shape_of(p):
            point[p] = draw(_scalars(domain))
            continue
        axes = [range(1, int(point[s]) + 1) for s in shape_of(p)]
        table = {at: draw(_scalars(domain)) for at in itertools.product(*axes)}
        point[p] = _normalized(table) if domain is Domain.PROBABILITY else table
    return point


def _normalized(table: dict[tuple[int, ...], sp.Expr]) -> dict[tuple[int, ...], sp.Expr]:
    """Each row (last axis) divided by its sum."""
    sums: dict[tuple[int, ...], sp.Expr] = {}
    for at, value in table.items():
        sums[at[:-1]] = sums.get(at[:-1], sp.S.Zero) + value
    return {at: value / sums[at[:-1]] for at, value in table.items()}


@pytest.fixture(name="exact", scope="session")
def exact_fixture() -> Callable[[sp.Basic, Point], sp.Basic]:
    return exact


@pytest.fixture(name="points", scope="session")
def points_fixture() -> Callable[[Entry], st.SearchStrategy[Point]]:
    return points
