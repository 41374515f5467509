"""Sampled points satisfy the hypotheses and domains, checked by plain arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
import sympy as sp
from flint import fmpq
from plain import tuples, value

from derive.proof.assumptions import prepare
from derive.proof.sampling import Sampler, describe
from derive.proof.valuation import Point
from derive.terms import Context, Domain, Membership, Statement, family, index, real, size
from derive.verdicts import verify

x, y, w = map(real, "xyw")
n, m = size("n"), size("m")
i, j, k, r = map(index, "ijkr")
a, b = family("a", n), family("b", n)
W = family("W", m, n)

IN_DOMAIN: dict[Domain, Callable[[Fraction], bool]] = {
    Domain.REAL: lambda v: True,
    Domain.POSITIVE: lambda v: v > 0,
    Domain.NONNEGATIVE: lambda v: v >= 0,
    Domain.UNIT: lambda v: 0 < v < 1,
    Domain.PROBABILITY: lambda v: 0 <= v <= 1,
    Domain.ONE_HOT: lambda v: v in (0, 1),
    Domain.BINARY: lambda v: v in (0, 1),
    Domain.SIGN: lambda v: v in (-1, 1),
    Domain.INTEGER: lambda v: v.denominator == 1,
}


def fraction(number: fmpq) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def names(point: Point) -> dict[sp.Basic, object]:
    """A point as `plain.value` wants it; every member of every family is there."""
    told: dict[sp.Basic, object] = {s: fraction(v) for s, v in point.scalars.items()}
    told |= {s: Fraction(v) for s, v in point.integers.items()}
    for base in {b for b, _ in point.members}:
        table = {at: fraction(v) for (b, at), v in point.members.items() if b == base}
        assert set(table) == set(tuples(*(int(told[s]) for s in base.shape)))
        told[base] = table.__getitem__
    return told


def sampled(context: Context, *terms: sp.Expr, count: int = 24) -> list[Point]:
    return list(Sampler(terms, prepare(terms, context)).points(count))


@pytest.mark.parametrize("domain", Domain)
def test_members_live_in_their_domain(domain: Domain) -> None:
    context = Context().declare(W, domain)
    found = sampled(context, sp.Sum(W[i, k] * a[k], (k, 1, n)))
    assert len(found) == 24
    for point in found:
        inside = [fraction(v) for (base, _), v in point.members.items() if base == W]
        assert all(map(IN_DOMAIN[domain], inside))
        if domain is Domain.PROBABILITY:
            told = names(point)
            for row in range(1, int(told[m]) + 1):
                total = sp.Sum(W[i, k], (k, 1, n))
                assert value(total, {**told, i: Fraction(row)}) == 1


def test_a_scalar_lives_in_its_domain() -> None:
    for domain in (Domain.POSITIVE, Domain.UNIT, Domain.BINARY, Domain.SIGN, Domain.NONNEGATIVE):
        found = sampled(Context().declare(x, domain), x + y)
        assert all(IN_DOMAIN[domain](fraction(p.scalars[x])) for p in found)
        assert len({p.scalars[x] for p in found}) > 1


@pytest.mark.parametrize(
    "hypotheses",
    [
        [Statement(sp.Sum(a[k], (k, 1, n)), "=", 1)],
        [Statement(x + 2 * y, "=", w), Statement(x - y, "=", 1)],
        [Statement(x * y, "=", 3)],
        [Statement(x, "<", y), Statement(y, "<", w)],
        [Statement(x, "!=", 0), Statement(x**2, "<=", 4)],
        [Statement(a[i], ">", b[i])],
        [Statement(a[i] + b[i], "=", x)],
        [Statement(sp.Sum(a[k] * b[k], (k, 1, n)), "=", 0)],
        [Statement(i, "=", j)],
        [Statement(i, "!=", j)],
        [Statement(i, "=", 1)],
        [Statement(sp.Sum(W[r, k], (k, 1, n)), "=", 1)],
    ],
    ids=lambda hs: ", ".join(map(str, hs)),
)
def test_hypotheses_hold_at_every_point(hypotheses: list[Statement]) -> None:
    context = Context()
    for h in hypotheses:
        context = context.assume(h)
    term = x + y + w + a[i] * b[j] + W[1, i] + sp.Sum(a[k] * b[k], (k, 1, n))
    found = sampled(context, term)
    assert len(found) >= 3
    for point in found:
        told = names(point)
        for h in hypotheses:
            # A free index of a fact about values ranges over everything.
            about_indices = h.lhs in (i, j)
            ranges = [] if about_indices else [s for s in (i, j, r) if h.lhs.has(s) or h.rhs.has(s)]
            high = told[m] if h.lhs.has(W) else told[n]
            for at in tuples(*[int(high)] * len(ranges)):  # type: ignore[arg-type]
                here = {**told, **{s: Fraction(v) for s, v in zip(ranges, at, strict=True)}}
                assert holds(h, here), f"{h} at {describe(point)}"


def holds(h: Statement, here: dict[sp.Basic, object]) -> bool:
    left, right = value(h.lhs, here), value(h.rhs, here)
    return bool(
        {
            "=": left == right,
            "!=": left != right,
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }[h.relation]
    )


def test_indices_stay_in_range() -> None:
    found = sampled(Context(), W[i, j] * a[k] * b[1])
    assert len(found) == 24
    for point in found:
        assert 1 <= point.integers[i] <= point.integers[m]
        assert 1 <= point.integers[j] <= point.integers[n]
        assert 1 <= point.integers[k] <= point.integers[n]
    assert {p.integers[n] for p in found} >= {1, 2, 3, 5}
    assert any(p.integers[n] != p.integers[m] for p in found)
    assert any(p.integers[j] != p.integers[k] for p in found)


@pytest.mark.parametrize(
    "hypotheses",
    [
        [Statement(x, ">", 1), Statement(x, "<", 0)],
        [Statement(x**2, "=", -1)],
        [Statement(i, "=", j), Statement(i, "!=", j)],
        [Statement(sp.Sum(a[k] ** 2, (k, 1, n)), "<", 0)],
    ],
    ids=str,
)
def test_contradictory_hypotheses_have_no_point(hypotheses: list[Statement]) -> None:
    context = Context()
    for h in hypotheses:
        context = context.assume(h)
    assert sampled(context, x + a[i] + a[j]) == []


def test_the_same_points_every_time() -> None:
    context = Context().assume(Statement(sp.Sum(a[k], (k, 1, n)), "=", 1))
    term = x * a[i] + b[j] * w
    assert sampled(context, term) == sampled(context, term)


def test_points_as_text_are_complete() -> None:
    (point,) = sampled(Context().assume(Membership(y, Domain.SIGN)), x * a[i] + y, count=1)
    told = describe(point)
    assert {"n", "i", "x", "y"} <= set(told)
    assert {f"a_{row}" for row in range(1, int(told["n"]) + 1)} <= set(told)
    assert told["y"] in ("1", "-1")
    assert Fraction(told["x"]) == fraction(point.scalars[x])


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"p^2 < 1", "proved"),
        (r"\theta < 0", "undecided"),
        (r"|\theta| = -\theta", "undecided"),
        (r"\theta = 2p", "refuted"),
    ],
)
def test_a_symbol_that_an_equation_gives_keeps_its_domain(claim: str, status: str) -> None:
    verdict = verify(claim, assuming=[r"e^\theta = p", r"p \in (0, 1)"])
    assert verdict.status == status
    if verdict.counterexample is not None:
        assert "-" in verdict.counterexample.assignment["theta"]


def test_the_sides_of_a_solved_equation_have_values() -> None:
    verdict = verify(r"p = \sigma(\theta)", assuming=[r"\log\frac{p}{1-p} = \theta"])
    assert verdict.status == "proved"
