"""The normal form keeps the value: a homomorphism, tested on random terms at random points.

A term is brought into normal form in the region in which a point lies (at every case that the
normal form asks for, the point tells which), read back with `restore`, and both are evaluated
in balls at the point. What the normal form says of domains is tested at the same points.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from random import Random

import pytest
import sympy as sp
from flint import fmpq
from random_terms import CONTEXT, ball_of, i, j, k, m, n, p, q, random_term, t, x, z
from random_terms import points as random_point

from derive.errors import DeriveError
from derive.proof.assumptions import Setting, prepare
from derive.proof.cases import Cases
from derive.proof.field import CapacityExceeded, Field, Frac, UndefinedTermError
from derive.proof.jets import Number, ball
from derive.proof.normal import Normalizer
from derive.proof.powers import FinerGrain
from derive.proof.region import Condition, Region, SplitIndex, SplitSign
from derive.proof.restore import restore, restore_poly
from derive.proof.valuation import NoValueError, Point
from derive.terms import At, Partial

BITS = 200
PATIENCE = 2.0  # seconds of the processor for one comparison; what takes longer is left out


class UnsettledError(Exception):
    """The point does not tell which case applies, or has no value for it."""


@dataclass
class Reading:
    """A term in normal form in the region of a point; `value` is None where it is undefined."""

    normal: Normalizer
    value: Frac | None
    why: str = ""

    def term(self) -> sp.Expr:
        assert self.value is not None
        return absolute(restore(self.normal.field, self.value))


def absolute(term: sp.Expr) -> sp.Expr:
    """The prover's ln f means ln |f|: said in full, for the evaluator."""
    return term.replace(sp.log, lambda inside: sp.log(sp.Abs(inside)))


def sign_at(term: sp.Expr, point: Point) -> int:
    """The sign of a term at a point: an exact zero, or a ball that excludes it."""
    try:
        value = ball_of(absolute(term), point, bits=BITS)
    except (NoValueError, ZeroDivisionError, DeriveError) as error:
        raise UnsettledError(str(error)) from error
    if value > 0 or value < 0:
        return 1 if value > 0 else -1
    if value == 0:
        return 0
    raise UnsettledError("a ball about zero")


def divided(cases: Cases, region: Region, split: SplitSign | SplitIndex, point: Point) -> Region:
    """The smaller region in which the point lies."""
    if isinstance(split, SplitIndex):
        equal = ball_of(split.left - split.right, point) == 0
        return cases.take_index(region, split.left, split.right, equal)
    sign = sign_at(restore_poly(cases.field, split.poly), point)
    assert sign in split.signs & cases.possible(region, split.poly), "a case that was excluded"
    return cases.take_sign(region, split.poly, sign)


def read_at(term: sp.Expr, point: Point) -> Reading:
    """The normal form of a term in the region of a point."""
    setting: Setting = prepare((term,), CONTEXT)
    capacity, wanted = 40, {}
    while True:
        cases = Cases(Field(capacity), setting, dict(wanted))
        region = cases.start()
        try:
            while True:
                normal = cases.normalizer(region)
                try:
                    return Reading(normal, normal(term))
                except UndefinedTermError as error:
                    return Reading(normal, None, str(error))
                except (SplitSign, SplitIndex) as split:
                    region = divided(cases, region, split, point)
        except FinerGrain as finer:
            wanted.pop(finer.basis, None)
            wanted[finer.basis] = finer.grain
        except CapacityExceeded:
            capacity *= 4


def value_at(term: sp.Expr, point: Point) -> Number | None:
    """The value of a term in balls, or None where it certainly has none."""
    try:
        return ball_of(term, point, bits=BITS)
    except NoValueError as error:
        # An index out of its range is no case of the definitions that the prover reasons with.
        if error.settled and "has no member" not in str(error):
            return None
        raise UnsettledError(str(error)) from error
    except (DeriveError, ZeroDivisionError) as error:
        raise UnsettledError(str(error)) from error


def holds(condition: Condition, normal: Normalizer, point: Point) -> bool:
    """Whether a condition of definedness holds at a point, all along its bound indices."""
    term = restore_poly(normal.field, condition.poly)
    highs = [int(ball_of(restore(normal.field, high), point).p) for _, high in condition.bound]
    letters = [letter for letter, _ in condition.bound]
    for place in product(*(range(1, high + 1) for high in highs)):
        here = {**point.integers, **dict(zip(letters, place, strict=True))}
        if sign_at(term, replace(point, integers=here)) not in condition.sign:
            return False
    return True


@contextmanager
def seconds(limit: float) -> Iterator[None]:
    """Within, `UnsettledError` is raised when the time is over."""

    def over(*_: object) -> None:
        raise UnsettledError("too slow")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def check(term: sp.Expr, point: Point) -> bool:
    """Compare a term with its normal form at a point; whether there was anything to compare."""
    try:
        with seconds(PATIENCE):
            return compared(term, point)
    except (UnsettledError, DeriveError):
        return False


def compared(term: sp.Expr, point: Point) -> bool:
    """The comparison itself: it fails, succeeds, or says that it says nothing."""
    reading = read_at(term, point)
    direct = value_at(term, point)
    if reading.value is None:
        assert direct is None, f"said to be undefined ({reading.why}), but it is {direct}"
        return True
    if direct is None:
        asked = all(holds(c, reading.normal, point) for c in reading.normal.conditions)
        assert not asked, f"undefined, but normal form {reading.term()} asks for nothing"
        return True
    again = value_at(reading.term(), point)
    if again is None or not (narrow(direct) and narrow(again)):
        return False
    assert overlap(direct, again), f"{direct} against {again} of the normal form {reading.term()}"
    return True


def narrow(value: Number) -> bool:
    """Whether a ball says enough for a comparison to mean something."""
    return isinstance(value, fmpq) or float(ball(value).rad()) < 1e-12


def overlap(left: Number, right: Number) -> bool:
    if isinstance(left, fmpq) and isinstance(right, fmpq):
        return left == right
    return bool(ball(left).overlaps(ball(right)))


def sweep(seeds: range, depth: int) -> float:
    """Check a random term and point for each seed; the share that could be compared."""
    compared = 0
    for seed in seeds:
        rng = Random(seed)
        term, point = random_term(rng, depth), random_point(rng)
        try:
            compared += check(term, point)
        except AssertionError as error:
            pytest.fail(f"seed {seed}, depth {depth}: {term}\n{error}")
    return compared / len(seeds)


@pytest.mark.parametrize("start", range(0, 800, 100))
def test_small_terms_keep_their_value(start: int) -> None:
    assert sweep(range(start, start + 100), depth=2) > 0.85


@pytest.mark.parametrize("start", range(10_000, 10_200, 50))
def test_terms_keep_their_value(start: int) -> None:
    assert sweep(range(start, start + 50), depth=3) > 0.6


@pytest.mark.slow
@pytest.mark.parametrize("start", range(20_000, 60_000, 500))
def test_many_small_terms_keep_their_value(start: int) -> None:
    assert sweep(range(start, start + 500), depth=2) > 0.85


@pytest.mark.slow
@pytest.mark.parametrize("start", range(60_000, 70_000, 250))
def test_many_terms_keep_their_value(start: int) -> None:
    assert sweep(range(start, start + 250), depth=3) > 0.6


HERE = Point(
    {x: fmpq(3, 2), p: fmpq(2)},
    {(z, (1,)): fmpq(1, 3), (z, (2,)): fmpq(-1), (q, (1,)): fmpq(1), (q, (2,)): fmpq(4)},
    {n: 2, m: 1, i: 1, j: 2, k: 2},
)


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (sp.Sum(z[k], (k, 1, n)) * z[k], fmpq(2, 3)),
        (sp.Sum(sp.Sum(z[k] * z[i], (k, 1, n)) * q[k], (k, 1, n)), fmpq(-10, 9)),
        (Partial(sp.Sum(z[i] ** 2, (i, 1, n)), z[i]), fmpq(2, 3)),
        (sp.log(sp.exp(sp.Sum(z[k] * q[k], (k, 1, n))) ** 2), fmpq(-22, 3)),
        (sp.Sum(sp.KroneckerDelta(i, k) * z[k], (k, 1, n)), fmpq(1, 3)),
        (sp.Product(q[k] ** z[j], (k, 1, n)), fmpq(1, 4)),
        (sp.sqrt((x - 2) ** 2), fmpq(1, 2)),
    ],
)
def test_the_comparison_is_of_values(term: sp.Expr, value: fmpq) -> None:
    """The comparison sees the right value, and a normal form of another value fails it."""
    assert overlap(ball_of(term, HERE), value)
    assert check(term, HERE)
    reading = read_at(term, HERE)
    again = value_at(reading.term(), HERE)
    assert again is not None
    assert overlap(again, value)
    assert not overlap(again, value + fmpq(1, 10**6))


# f′(x) of f(t) = t², beside the same letter t outside.
SLOPE = At(Partial(t**2, t), t, x)


@pytest.mark.parametrize(
    ("term", "point"),
    [
        # A jump that the variable does not move is no kink.
        (Partial(sp.sign(x) * p**2, p), {x: fmpq(0), p: fmpq(2)}),
        # A point's letter is not the outer one of the same name.
        (Partial(t * SLOPE, t), {x: fmpq(3, 2), t: fmpq(2)}),
        # A product that is at most zero has a root only where it is zero.
        (sp.sqrt(sp.Sum(-x / x, (i, 2, n))), {x: fmpq(1)}),
    ],
)
def test_found_by_the_sweep(term: sp.Expr, point: dict[sp.Expr, fmpq]) -> None:
    assert check(term, replace(HERE, scalars=point))
