"""The evaluator against mpmath's arithmetic, and its derivatives against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import mpmath
import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st
from random_terms import CONTEXT, ball_of, i, j, k, n, p, points, q, random_term, reals, t, x, z

from derive.errors import DeriveError, LimitError, UnsupportedError
from derive.proof.balls import MAX_RANGE, evaluate
from derive.proof.jets import Number, ball
from derive.proof.valuation import NoValueError, Point
from derive.terms import (
    At,
    Context,
    Decimal,
    NamedFunction,
    Partial,
    Vec,
    named_function,
    substitute,
)

BITS = 160


def fraction(value: fmpq) -> mpmath.mpf:
    return mpmath.mpf(int(value.p)) / int(value.q)


class PlainUndefinedError(Exception):
    """No value, by plain arithmetic."""


def plain(term: sp.Basic, point: Mapping[sp.Basic, Any]) -> Any:
    """The value of a term without derivatives in mpmath, binders by the point's own entries."""
    if term in point:
        return point[term]
    if isinstance(term, sp.Rational):
        return mpmath.mpf(int(term.p)) / int(term.q)
    if isinstance(term, sp.Indexed):
        return plain(term.base, point)(tuple(round(plain(a, point)) for a in term.indices))
    if isinstance(term, sp.Symbol | sp.IndexedBase | NamedFunction):
        return defined(term, point)
    if isinstance(term, Vec):
        return lambda at: plain(term.body, {**point, **dict(zip(term.indices, at, strict=True))})
    if isinstance(term, sp.Sum | sp.Product):
        parts = folded(term.function, term.limits, point)
        return mpmath.fsum(parts) if isinstance(term, sp.Sum) else mpmath.fprod(parts)
    if isinstance(term, sp.Piecewise):
        return plain(next(v for v, c in term.args if plain(c, point)), point)
    if isinstance(term, At):
        return plain(term.args[0], {**point, term.args[1]: plain(term.args[2], point)})
    return FUNCTIONS[type(term)](*(plain(a, point) for a in term.args))


def folded(body: sp.Expr, limits: tuple[sp.Tuple, ...], point: Mapping[sp.Basic, Any]) -> list[Any]:
    if not limits:
        return [plain(body, point)]
    letter, low, high = limits[-1]
    steps = range(round(plain(low, point)), round(plain(high, point)) + 1)
    return [v for step in steps for v in folded(body, limits[:-1], {**point, letter: step})]


def defined(term: sp.Basic, point: Mapping[sp.Basic, Any]) -> Any:
    """The value of a name that the context defines; definitions are closed but for their names."""
    if isinstance(term, sp.IndexedBase):
        return lambda at: defined(term[tuple(map(sp.Integer, at))], point)
    definition = CONTEXT.definition_of(term)
    assert definition is not None
    arguments = term.indices if isinstance(term, sp.Indexed) else term.args
    inside = dict(ORIGINAL[0])
    for formal, actual in zip(definition.params, arguments, strict=False):
        inside[formal] = plain(actual, point)
        if isinstance(formal, sp.IndexedBase) and isinstance(formal.shape[0], sp.Symbol):
            shape = actual.shape
            inside[formal.shape[0]] = plain(shape[0], point)
    return plain(definition.body, inside)


# The values of the free names, which definitions speak of wherever they are used.
ORIGINAL: list[Mapping[sp.Basic, Any]] = []


def positive(value: Any) -> Any:
    if not value > 0:
        raise PlainUndefinedError
    return value


def power(base: Any, exponent: Any) -> Any:
    whole = exponent == round(exponent)
    if base == 0 and exponent < 0:
        raise PlainUndefinedError
    if whole or (base == 0 and exponent > 0):
        return mpmath.power(base, exponent)
    return mpmath.power(positive(base), exponent)


FUNCTIONS: dict[type, Callable[..., Any]] = {
    sp.Add: lambda *a: mpmath.fsum(a),
    sp.Mul: lambda *a: mpmath.fprod(a),
    sp.Pow: power,
    type(sp.E): lambda: mpmath.e,
    type(sp.pi): lambda: mpmath.pi,
    sp.exp: mpmath.exp,
    sp.log: lambda a: mpmath.log(positive(a)),
    sp.sin: mpmath.sin,
    sp.cos: mpmath.cos,
    sp.tanh: mpmath.tanh,
    sp.sinh: mpmath.sinh,
    sp.cosh: mpmath.cosh,
    sp.erf: mpmath.erf,
    sp.erfc: mpmath.erfc,
    sp.atan: mpmath.atan,
    sp.Abs: abs,
    sp.sign: mpmath.sign,
    sp.Max: max,
    sp.Min: min,
    sp.KroneckerDelta: lambda a, b: int(a == b),
    sp.StrictGreaterThan: lambda a, b: a > b,
    sp.GreaterThan: lambda a, b: a >= b,
    sp.StrictLessThan: lambda a, b: a < b,
    sp.LessThan: lambda a, b: a <= b,
    sp.Ne: lambda a, b: a != b,
    sp.Eq: lambda a, b: a == b,
    type(sp.true): lambda: True,
    type(sp.false): lambda: False,
}


def names(point: Point) -> dict[sp.Basic, Any]:
    """A point as `plain` wants it."""
    values: dict[sp.Basic, Any] = {s: fraction(v) for s, v in point.scalars.items()}
    values |= dict(point.integers)
    for base in {b for b, _ in point.members}:
        table = {at: fraction(v) for (b, at), v in point.members.items() if b == base}
        values[base] = table.__getitem__
    return values


def agree(found: Number, wanted: Any) -> bool:
    """Whether a ball contains mpmath's value, to mpmath's precision."""
    mid = mpmath.mpf(str(ball(found).mid().str(60, radius=False)))
    return abs(mid - wanted) <= mpmath.mpf(10) ** -25 * (1 + abs(wanted)) + float(ball(found).rad())


def settled(term: sp.Expr, point: Point) -> Number | None:
    """The value in balls; None if no precision so far gives it. It may not be denied."""
    try:
        return ball_of(term, point, bits=BITS)
    except LimitError:
        return None
    except NoValueError as error:
        if error.settled:
            pytest.fail(f"{term} has a value, but: {error}")
        return None


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_values_are_those_of_mpmath(start: int) -> None:
    compared = 0
    for seed in range(start, start + 100):
        rng = Random(seed)
        term, point = random_term(rng, 3), points(rng)
        if term.has(Partial):
            continue
        with mpmath.workdps(60):
            values = names(point)
            ORIGINAL[:] = [values]
            try:
                wanted = plain(term, values)
            except PlainUndefinedError:
                with pytest.raises((NoValueError, DeriveError)):
                    pytest.fail(f"seed {seed}: {term} has no value, found {ball_of(term, point)}")
                continue
            except (KeyError, OverflowError, ZeroDivisionError):
                continue
            found = settled(term, point)
            if found is None:
                continue
            assert agree(found, wanted), f"seed {seed}: {term} is {wanted}, found {found}"
            compared += 1
    assert compared > 50


def moved(point: Point, variable: sp.Expr, by: fmpq) -> Point:
    """The point with one coordinate moved."""
    if isinstance(variable, sp.Indexed):
        here = (variable.base, tuple(point.integers[a] for a in variable.indices))
        return replace(point, members={**point.members, here: point.members[here] + by})
    return replace(point, scalars={**point.scalars, variable: point.scalars[variable] + by})


def difference(term: sp.Expr, variable: sp.Expr, point: Point, step: fmpq) -> arb:
    """The central difference quotient."""
    ends = [ball_of(term, moved(point, variable, s), bits=400) for s in (step, -step)]
    ctx_before = ctx.prec
    ctx.prec = 400
    try:
        return (ball(ends[0]) - ball(ends[1])) / (2 * arb(step))
    finally:
        ctx.prec = ctx_before


@pytest.mark.parametrize("variable", [x, p, z[i], q[j]], ids=str)
def test_derivatives_are_limits_of_difference_quotients(variable: sp.Expr) -> None:
    """The error of a central difference falls with the square of the step."""
    compared = 0
    for seed in range(60):
        rng = Random(seed)
        term, point = reals(rng, 2), points(rng)
        if term.has(sp.zoo, sp.nan):
            continue
        try:
            slope = ball(ball_of(Partial(term, variable), point, bits=400))
            steps = (fmpq(1, 10**6), fmpq(1, 10**8))
            errors = [abs(difference(term, variable, point, s) - slope) for s in steps]
        except (NoValueError, DeriveError, ZeroDivisionError):
            continue
        bound = arb("1e-8") * (1 + abs(slope))
        scale = max(float(errors[0].upper()), 1e-40)
        small = bool(errors[1] < bound) and float(errors[1].upper()) <= scale
        # A kink within the step, or a function of enormous curvature, settles nothing.
        if scale > 1e-3 * (1 + float(abs(slope).upper())):
            continue
        assert small, f"seed {seed}: d/d{variable} of {term}: {slope}, errors {errors}"
        compared += 1
    assert compared > 30


def test_more_precision_narrows_the_same_value() -> None:
    compared = 0
    for seed in range(1000, 1060):
        rng = Random(seed)
        term, point = random_term(rng, 2), points(rng)
        try:
            coarse, fine = (ball(ball_of(term, point, bits=b)) for b in (64, 300))
        except (NoValueError, DeriveError, ZeroDivisionError):
            continue
        assert coarse.overlaps(fine)
        assert float(fine.rad()) <= float(coarse.rad()) + 1e-300
        compared += 1
    assert compared > 40


# -- no value -----------------------------------------------------------------------------------

POINT = Point({x: fmpq(0), t: fmpq(-1)}, {(z, (1,)): fmpq(2), (z, (2,)): fmpq(3)}, {n: 2, k: 1})


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (sp.log(t), "the logarithm of a number that is not positive"),
        (sp.log(x), "the logarithm of a number that is not positive"),
        (1 / x, "a division by zero"),
        (x ** sp.Integer(-2), "a division by zero"),
        (sp.sqrt(t), "the root of a negative number"),
        (t ** sp.Rational(1, 3), "a power of a number that is not positive"),
        (Partial(sp.Abs(x), x), "a kink"),
        (Partial(sp.Max(x, 0), x), "a kink"),
        (Partial(sp.sign(x), x), "a kink"),
        (z[3], "z has no member"),
        (sp.Piecewise((t, sp.Gt(t, 0))), "no case applies"),
        (z[k / 2], "is not an integer"),
    ],
)
def test_terms_without_a_value(term: sp.Expr, message: str) -> None:
    with pytest.raises(NoValueError, match=message) as caught:
        ball_of(term, POINT)
    assert caught.value.settled


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (named_function("unknown")(x), "a function without a definition"),
        (sp.Symbol("nowhere", real=True), "the point gives no value to nowhere"),
        (sp.gamma(x), "no value of gamma is known"),
        (Partial(t, x), "it is not known how t depends"),
    ],
)
def test_terms_that_are_not_covered(term: sp.Expr, message: str) -> None:
    with pytest.raises(UnsupportedError, match=message):
        ball_of(term, POINT)


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (sp.Sum(z[1], (k, 1, MAX_RANGE + 2)), f"a range of more than {MAX_RANGE} terms"),
        (sp.factorial(5000, evaluate=False), "a factorial out of reach"),
        (sp.binomial(10**6, 10**5, evaluate=False), "a binomial out of reach"),
        (sp.Pow(sp.Integer(7), 10**9, evaluate=False), "a number too long to write"),
    ],
)
def test_terms_that_are_too_much(term: sp.Expr, message: str) -> None:
    with pytest.raises(LimitError, match=message):
        ball_of(term, POINT)


def test_the_precision_is_put_back() -> None:
    before = ctx.prec
    for term in (sp.exp(x), sp.log(t)):
        try:
            evaluate(term, Context(), POINT, before + 111)
        except NoValueError:
            assert term == sp.log(t)
        assert ctx.prec == before


@given(st.fractions(-100, 100, max_denominator=1000))
def test_rationals_stay_exact(value: Any) -> None:
    number = sp.Rational(value.numerator, value.denominator)
    found = ball_of(substitute(x**3 - x / 7, {x: number}), POINT)
    assert (
        found
        == fmpq(value.numerator, value.denominator) ** 3
        - fmpq(value.numerator, value.denominator) / 7
    )
    assert ball_of(Decimal("0.125") + number, POINT) == fmpq(1, 8) + fmpq(
        value.numerator, value.denominator
    )


def test_sums_within_sums_are_counted_together() -> None:
    wide = sp.Sum(sp.Sum(sp.cos(k), (k, 1, MAX_RANGE)), (j, 1, MAX_RANGE))
    with pytest.raises(LimitError, match="sums within sums"):
        evaluate(wide, CONTEXT, Point(), 53)
