"""Fractions of polynomials against SymPy's, with and without relations between generators."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import pytest
import sympy as sp
from flint import fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derive.errors import LimitError, UnsupportedError
from derive.proof.field import CapacityExceeded, Field, Frac, Generator, UndefinedTermError
from derive.proof.frac import LARGE, MAX_DEGREE
from derive.proof.restore import restore

SYMBOLS = sp.symbols("u v w", real=True)


def make_field(kinds: tuple[str, ...] = ("atom",) * 3) -> tuple[Field, list[Frac]]:
    field = Field(6)
    generators = [
        Generator(kind, (str(s), s), (s,), frozenset())
        for kind, s in zip(kinds, SYMBOLS, strict=True)
    ]
    return field, [field.of(g) for g in generators]


Pair = tuple[sp.Expr, Callable[[Field, list[Frac]], Frac]]


def numbers() -> st.SearchStrategy[sp.Rational]:
    return st.fractions(-4, 4, max_denominator=6).map(
        lambda f: sp.Rational(f.numerator, f.denominator)
    )


@st.composite
def expressions(draw: st.DrawFn, depth: int = 4) -> sp.Expr:
    """Rational expressions as written, to be read by both sides."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.one_of(st.sampled_from(SYMBOLS), numbers()))
    left, right = draw(expressions(depth=depth - 1)), draw(expressions(depth=depth - 1))
    kind = draw(st.sampled_from("+*/^"))
    if kind == "^":
        return sp.Pow(left, draw(st.integers(-2, 3)), evaluate=False)
    if kind == "/":
        return sp.Mul(left, sp.Pow(right, -1, evaluate=False), evaluate=False)
    return (sp.Add if kind == "+" else sp.Mul)(left, right, evaluate=False)


def element(term: sp.Expr, field: Field, gens: list[Frac]) -> Frac:
    """The same arithmetic in the field."""
    if isinstance(term, sp.Symbol):
        return gens[SYMBOLS.index(term)]
    if isinstance(term, sp.Rational):
        return field.constant(fmpq(int(term.p), int(term.q)))
    if isinstance(term, sp.Pow):
        return element(term.base, field, gens) ** int(term.exp)
    left, right = (element(a, field, gens) for a in term.args)
    return left + right if isinstance(term, sp.Add) else left * right


def cancelled(term: sp.Expr) -> sp.Expr | None:
    """SymPy's own reduced fraction; None where it divides by zero."""
    value = sp.cancel(sp.together(term.doit()))
    return None if value.has(sp.zoo, sp.nan, sp.oo) else value


# From how many terms on products are not multiplied out: from the first, or as it is.
sizes = st.sampled_from((0, LARGE))


@settings(max_examples=200, deadline=None)
@given(expressions(), sizes)
def test_arithmetic_is_that_of_rational_functions(term: sp.Expr, large: int) -> None:
    field, gens = make_field()
    try:
        with patch("derive.proof.frac.LARGE", large):
            found = element(term, field, gens)
    except UndefinedTermError:
        found = None
    wanted = cancelled(term)
    if wanted is None:
        # SymPy may meet 0/0 where the field divides by zero at once; never the other way round.
        assert found is None
    elif found is not None:
        assert sp.cancel(restore(field, found) - wanted) == 0
        num, den = sp.fraction(wanted)
        assert max(int(found.num.total_degree()), 0) == max(
            sp.Poly(num, *SYMBOLS).total_degree(), 0
        )
        assert int(found.den.total_degree()) == sp.Poly(den, *SYMBOLS).total_degree()


@settings(max_examples=150, deadline=None)
@given(expressions(depth=3), expressions(depth=3), sizes)
def test_equal_exactly_when_the_difference_cancels(one: sp.Expr, two: sp.Expr, large: int) -> None:
    field, gens = make_field()
    with patch("derive.proof.frac.LARGE", large):
        try:
            left, right = element(one, field, gens), element(two, field, gens)
        except UndefinedTermError:
            assume(False)
        same = sp.cancel(sp.together((one - two).doit())) == 0
        assert left.same(right) is same
        assert (left - right).is_zero is same
        assert (left.key == right.key) is same


@settings(max_examples=100, deadline=None)
@given(expressions(depth=3), expressions(depth=3), expressions(depth=3), sizes)
def test_equal_when_written_in_another_order(
    one: sp.Expr, two: sp.Expr, three: sp.Expr, large: int
) -> None:
    field, gens = make_field()
    with patch("derive.proof.frac.LARGE", large):
        try:
            a, b, c = (element(t, field, gens) for t in (one, two, three))
        except UndefinedTermError:
            assume(False)
        assert ((a + b) * c + a).same(a + (c * b + c * a))
        assert ((a * b) * (c * a)).same((c * b) * (a * a))
        assert ((a * b) * (c * a)).same((c * b) * (a * a) + field.one) is False
        assert (a * b - b * a).is_zero


@settings(max_examples=60, deadline=None)
@given(expressions(depth=3), expressions(depth=3), expressions(depth=2), sizes)
def test_the_field_is_a_field(one: sp.Expr, two: sp.Expr, three: sp.Expr, large: int) -> None:
    field, gens = make_field()
    try:
        with patch("derive.proof.frac.LARGE", large):
            a, b, c = (element(t, field, gens) for t in (one, two, three))
    except UndefinedTermError:
        assume(False)
    assert (a + b).key == (b + a).key
    assert ((a + b) + c).key == (a + (b + c)).key
    assert (a * (b + c)).key == (a * b + a * c).key
    assert (a - a).is_zero
    if not a.is_zero:
        assert (a / a).rational == 1
        assert (a**-2).key == (field.one / (a * a)).key


@settings(max_examples=100, deadline=None)
@given(expressions(depth=4), numbers())
def test_reduction_keeps_values_that_obey_the_relations(term: sp.Expr, value: sp.Rational) -> None:
    """With u² = v and w² = w, at u = value, v = value², w = 0 or 1."""
    field, gens = make_field(("root", "atom", "delta"))
    field.relations[0] = (2, field.gens[1])
    field.relations[2] = (2, field.gens[2])
    try:
        found = element(term, field, gens)
    except (UndefinedTermError, UnsupportedError):
        assume(False)
    assert all(int(found.num.degrees()[g]) < 2 for g in (0, 2))
    for delta in (0, 1):
        here = {SYMBOLS[0]: value, SYMBOLS[1]: value**2, SYMBOLS[2]: sp.Integer(delta)}
        direct = term.xreplace(here).doit()
        num, den = (
            sum(
                sp.Rational(int(c.p), int(c.q))
                * sp.Mul(*(here[SYMBOLS[g]] ** e for g, e in powers))
                for powers, c in field.terms(poly)
            )
            for poly in (found.num, found.den)
        )
        if den != 0 and direct.is_finite:
            assert num / den == direct


def test_exclusive_generators_have_no_product() -> None:
    field, (u, v, w) = make_field(("indicator", "indicator", "atom"))
    field.multiply_to(0, 1)
    assert (u * v).is_zero
    assert ((u + v) * (u + v)).key == (u * u + v * v).key
    assert not (u * w).is_zero


def test_a_product_may_be_another_polynomial() -> None:
    """1[u = 2v] · u is 1[u = 2v] · 2v, whatever else stands with it."""
    field, (u, v, mark) = make_field(("atom", "atom", "indicator"))
    field.multiply_to(0, 2, ((v + v) * mark).num)
    assert (mark * (u - v - v)).is_zero
    assert (mark * u * u).same(mark * (v + v) ** 2)
    assert not (mark * (u - v)).is_zero
    assert not (u - v - v).is_zero


def test_what_the_field_refuses() -> None:
    field, (u, v, w) = make_field(("atom", "atom", "delta"))
    with pytest.raises(UndefinedTermError, match="division by zero"):
        _ = u / (v - v)
    with pytest.raises(UndefinedTermError, match="division by zero"):
        _ = (u - u) ** -1
    with pytest.raises(UnsupportedError, match="case distinction stands in a denominator"):
        _ = u / (field.one + w)
    with pytest.raises(LimitError, match=f"a power of degree above {MAX_DEGREE}"):
        _ = u ** (MAX_DEGREE + 1)
    with pytest.raises(LimitError, match=r"beyond .* terms"):
        _ = (field.one + u + v + w + u * v) ** 60


def test_room_for_generators_ends() -> None:
    field = Field(2)
    atoms = [Generator("atom", (str(c), c), (c,), frozenset()) for c in range(3)]
    first = field.of(atoms[0])
    assert field.of(atoms[0]).key == first.key
    field.of(atoms[1])
    with pytest.raises(CapacityExceeded):
        field.of(atoms[2])


@given(st.integers(-50, 50), st.integers(1, 50))
def test_rationals_are_recognised(top: int, bottom: int) -> None:
    field, (u, _, _) = make_field()
    value = field.constant(fmpq(top, bottom))
    assert value.rational == fmpq(top, bottom)
    assert value.integer == (top // bottom if top % bottom == 0 else None)
    assert (u + value).rational is None
    assert ((u + value) - u).rational == fmpq(top, bottom)
