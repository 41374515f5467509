"""Signs that are claimed, against signs at points; elimination against brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
import sympy as sp
from flint import fmpq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from derive.proof.field import Field, Generator
from derive.proof.polynomials import Poly
from derive.proof.signs import (
    ANY,
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Facts,
    Sign,
    infeasible,
    plus,
    times,
)

SIGNS: tuple[Sign, ...] = (NEGATIVE, ZERO, POSITIVE, NONNEGATIVE, NONPOSITIVE, NONZERO, ANY)
Values = tuple[Fraction, ...]
Table = dict[tuple[int, ...], Fraction]  # exponents to coefficients


def sign_of(value: Fraction) -> int:
    return (value > 0) - (value < 0)


@given(st.sampled_from(SIGNS), st.sampled_from(SIGNS), st.data())
def test_signs_of_sums_and_products(a: Sign, b: Sign, data: st.DataObject) -> None:
    sizes = st.fractions(Fraction(1, 5), 5, max_denominator=5)
    left, right = (data.draw(st.sampled_from(sorted(s))) * data.draw(sizes) for s in (a, b))
    assert sign_of(left * right) in times(a, b)
    assert sign_of(left + right) in plus(a, b)


@pytest.mark.parametrize(("a", "b"), [*product(SIGNS, SIGNS)])
def test_signs_are_no_wider_than_they_have_to_be(a: Sign, b: Sign) -> None:
    assert times(a, b) == {x * y for x in a for y in b}
    sums = {sign_of(Fraction(x * k + y)) for x in a for y in b for k in (Fraction(1, 2), 1, 2)}
    assert plus(a, b) == sums


# -- facts ----------------------------------------------------------------------------------------


def make_field(signs: tuple[Sign, ...]) -> Field:
    field = Field(len(signs))
    for name, sign in zip("uvw", signs, strict=True):
        symbol = sp.Symbol(name)
        field.of(Generator("atom", (name, symbol), (symbol,), frozenset(), sign))
    return field


def poly_of(field: Field, table: Table) -> Poly:
    total = field.ctx.constant(0)
    for exponents, c in table.items():
        powers = tuple((g, e) for g, e in enumerate(exponents) if e)
        total += field.monomial(powers, fmpq(c.numerator, c.denominator))
    return total


def at(table: Table, values: Values) -> Fraction:
    total = Fraction(0)
    for exponents, c in table.items():
        term = c
        for v, e in zip(values, exponents, strict=True):
            term *= v**e
        total += term
    return total


def tables(degree: int = 2, terms: int = 4) -> st.SearchStrategy[Table]:
    exponents = st.tuples(*[st.integers(0, degree)] * 3)
    return st.dictionaries(
        exponents, st.sampled_from([Fraction(c) for c in (-3, -2, -1, 1, 2, 5)]), max_size=terms
    )


def linear() -> st.SearchStrategy[Table]:
    exponents = st.sampled_from([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0)])
    return st.dictionaries(
        exponents, st.integers(-3, 3).filter(bool).map(Fraction), min_size=1, max_size=4
    )


def values() -> st.SearchStrategy[Values]:
    return st.tuples(*[st.fractions(-3, 3, max_denominator=3)] * 3)


def facts_at(known: list[Table], point: Values, field: Field, draw: st.DrawFn) -> Facts:
    """Facts that are true at the point, some of them weaker than they could be."""
    facts = Facts(field)
    for table in known:
        poly = poly_of(field, table)
        true = sign_of(at(table, point))
        sign = draw(st.sampled_from([s for s in SIGNS if true in s]))
        for factor, multiplicity in poly.factor()[1] if not poly.is_zero() else []:
            if len(poly.factor()[1]) == 1 and multiplicity == 1:
                content = poly.factor()[0]
                facts.add(factor, sign if content > 0 else times(sign, NEGATIVE))
    return facts


@st.composite
def situations(draw: st.DrawFn, asked: st.SearchStrategy[Table]) -> tuple[Facts, Table, Values]:
    """Generators of known signs, facts, a polynomial, and a point at which all of that holds."""
    point = draw(values())
    signs = tuple(draw(st.sampled_from([s for s in SIGNS if sign_of(v) in s])) for v in point)
    field = make_field(signs)
    facts = facts_at(draw(st.lists(linear(), max_size=4)), point, field, draw)
    return facts, draw(asked), point


@settings(max_examples=300, deadline=None)
@given(situations(tables()))
def test_the_true_sign_is_among_those_claimed(situation: tuple[Facts, Table, Values]) -> None:
    facts, table, point = situation
    assert not facts.contradiction
    assert sign_of(at(table, point)) in facts.sign(poly_of(facts.field, table))


@settings(max_examples=300, deadline=None)
@given(situations(linear()))
def test_the_true_sign_of_linear_forms(situation: tuple[Facts, Table, Values]) -> None:
    """Linear forms go through elimination more often."""
    facts, table, point = situation
    assert sign_of(at(table, point)) in facts.sign(poly_of(facts.field, table))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(-4, 4), min_size=2, max_size=5), values())
@example([1, 0, 1], (Fraction(0),) * 3)
@example([-1, 0, -1], (Fraction(0),) * 3)
@example([1, -2, 1], (Fraction(1),) * 3)
def test_polynomials_in_one_variable(coefficients: list[int], point: Values) -> None:
    field = make_field((ANY, ANY, ANY))
    table = {(e, 0, 0): Fraction(c) for e, c in enumerate(coefficients) if c}
    assert sign_of(at(table, point)) in Facts(field).sign(poly_of(field, table))


@pytest.mark.parametrize(
    ("coefficients", "expected"),
    [([1, 1, 1], POSITIVE), ([-2, 2, -1], NEGATIVE), ([1, 2, 1], NONNEGATIVE), ([-1, 0, 1], ANY)],
)
def test_what_has_no_real_root_has_one_sign(coefficients: list[int], expected: Sign) -> None:
    field = make_field((ANY, ANY, ANY))
    table = {(e, 0, 0): Fraction(c) for e, c in enumerate(coefficients) if c}
    assert Facts(field).sign(poly_of(field, table)) == expected


def test_facts_are_used() -> None:
    """u < v and v < w give u < w; a weaker sign that is added changes nothing."""
    field = make_field((ANY, ANY, ANY))
    u, v, w = field.gens[:3]
    facts = Facts(field)
    facts.add(v - u, POSITIVE)
    facts.add(w - v, POSITIVE)
    assert facts.sign(w - u) == POSITIVE
    assert facts.sign(u - w) == NEGATIVE
    facts.add(v - u, NONNEGATIVE)
    assert facts.sign(w - u) == POSITIVE
    assert facts.sign(u + w) == ANY
    copy = facts.copy()
    copy.add(u, POSITIVE)
    assert (facts.sign(u), copy.sign(u)) == (ANY, POSITIVE)


def test_a_contradiction_is_noticed() -> None:
    facts = Facts(make_field((ANY, ANY, ANY)))
    u = facts.field.gens[0]
    facts.add(u, POSITIVE)
    assert not facts.contradiction
    facts.add(-u, POSITIVE)
    assert facts.contradiction


# -- elimination --------------------------------------------------------------------------------

Constraint = tuple[tuple[int, int, int], bool]  # a + b x + c y, strict


def brute_force(rows: list[Constraint]) -> bool:
    """Whether a solution exists, by the corners of the arrangement and the cells around them.

    A system over two unknowns has a solution exactly if it has one at a crossing of its
    lines, on a line between crossings, or in a cell: all of which points between and
    beyond the crossings reach.
    """
    lines = [row for row, _ in rows if row[1] or row[2]]
    box = [(-1000, 1, 0), (-1000, 0, 1), (1000, 1, 0), (1000, 0, 1)]
    corners = {(Fraction(0), Fraction(0))}
    for one, two in product([*lines, *box], repeat=2):
        det = one[1] * two[2] - one[2] * two[1]
        if det:
            x = Fraction(one[2] * two[0] - one[0] * two[2], det)
            y = Fraction(one[0] * two[1] - one[1] * two[0], det)
            corners.add((x, y))
    points = sorted(corners)
    middles = {
        tuple(sum(c) / 3 for c in zip(a, b, c_, strict=True))
        for a, b, c_ in product(points, repeat=3)
    }
    return any(
        all(a + b * x + c * y > 0 or (not strict and a + b * x + c * y == 0)
            for (a, b, c), strict in rows)
        for x, y in middles
    )  # fmt: skip


def rows() -> st.SearchStrategy[list[Constraint]]:
    row = st.tuples(st.tuples(*[st.integers(-2, 2)] * 3), st.booleans())
    return st.lists(row, min_size=1, max_size=4)


@settings(max_examples=100, deadline=None)
@given(rows())
def test_elimination_against_brute_force(constraints: list[Constraint]) -> None:
    monomials = ((), ((0, 1),), ((1, 1),))
    system = [
        ({m: fmpq(c) for m, c in zip(monomials, row, strict=True) if c}, strict)
        for row, strict in constraints
    ]
    assert infeasible(system) is not brute_force(constraints)


def test_elimination_gives_up_as_feasible() -> None:
    """Too many rows: what is not known to contradict itself counts as possible."""
    many = [({((g, 1),): fmpq(s), (): fmpq(-1)}, True) for g in range(80) for s in (1, -1)]
    assert not infeasible(many)
    assert infeasible(many[:2])
