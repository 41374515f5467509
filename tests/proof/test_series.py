"""Closed forms of sums: powers, geometric series, telescoping, at every size."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.proof import Outcome, prove
from derive.terms import Context, Domain, Statement, family, index, real, size, sum_of

n, k, j = size("n"), index("k"), index("j")
r = real("r")
R = sp.Rational


def judged(lhs: sp.Expr, rhs: sp.Expr, **domains: Domain) -> Outcome:
    context = Context()
    for name, domain in domains.items():
        context = context.declare(real(name), domain)
    return prove(Statement(lhs, "=", sp.sympify(rhs)), context)


coefficients = st.lists(st.integers(-5, 5), min_size=1, max_size=5)


@given(coefficients)
@settings(max_examples=20, deadline=None)
def test_differences_of_polynomials_telescope(numbers: list[int]) -> None:
    def g(at: sp.Expr) -> sp.Expr:
        return sum((c * at**i for i, c in enumerate(numbers)), sp.S.Zero)

    total = sum_of(sp.expand(g(k) - g(k - 1)), (k, 1, n))
    assert judged(total, g(n) - g(0)).status == "proved"
    assert judged(total, g(n) - g(0) + 1).status == "refuted"


@given(st.integers(0, 3), st.integers(-3, 3).filter(bool))
@settings(max_examples=12, deadline=None)
def test_weighted_geometric_series_telescope(power: int, rate: int) -> None:
    def g(at: sp.Expr) -> sp.Expr:
        return at**power * r ** (rate * at)

    total = sum_of(g(k) - g(k - 1), (k, 1, n))
    assert judged(total, g(n) - g(sp.S.Zero), r=Domain.UNIT).status == "proved"


TELESCOPING = [
    (1 / (k * (k + 1)), n / (n + 1)),
    (1 / (k * (k + 2)), R(3, 4) - (2 * n + 3) / (2 * (n + 1) * (n + 2))),
    (1 / ((k + 1) * (k + 3)), R(5, 12) - (2 * n + 5) / (2 * (n + 2) * (n + 3))),
    (sp.log(k + 2) - sp.log(k), sp.log(n + 1) + sp.log(n + 2) - sp.log(2)),
    (sp.erf(k + 1) - sp.erf(k), sp.erf(n + 1) - sp.erf(1)),
    (sp.sqrt(k + 1) - sp.sqrt(k), sp.sqrt(n + 1) - 1),
    (sp.exp(1 / (k + 1)) - sp.exp(1 / k), sp.exp(1 / (n + 1)) - sp.E),
]


@pytest.mark.parametrize(("term", "closed"), TELESCOPING, ids=str)
def test_telescoping(term: sp.Expr, closed: sp.Expr) -> None:
    total = sum_of(term, (k, 1, n))
    assert judged(total, closed).status == "proved"
    assert judged(total, closed + 1 / n).status == "refuted"


def test_members_telescope() -> None:
    x = family("x", n + 1)
    total = sum_of(x[k + 1] - x[k], (k, 1, n))
    assert judged(total, x[n + 1] - x[1]).status == "proved"
    assert judged(sum_of(x[k + 1], (k, 1, n)), sum_of(x[k], (k, 1, n))).status != "proved"


def test_a_ratio_that_may_be_one_is_a_condition() -> None:
    total = sum_of(r**k, (k, 1, n))
    closed = r * (1 - r**n) / (1 - r)
    outcome = judged(total, closed, r=Domain.POSITIVE)
    assert outcome.status == "conditional"
    assert [str(c) for c in outcome.conditions] == ["r != 1"]
    assert judged(total, n, r=Domain.POSITIVE).status == "refuted"


def test_a_ratio_of_any_sign() -> None:
    total = sum_of(r**k, (k, 1, n))
    outcome = judged(total, r * (1 - r**n) / (1 - r))
    assert outcome.status == "conditional"
    assert [str(c) for c in outcome.conditions] == ["r != 1"]
    alternating = sum_of(sp.Pow(-1, k, evaluate=False) * k, (k, 1, 2 * n))
    assert judged(sum_of(sp.Pow(-1, k, evaluate=False), (k, 1, 2 * n)), 0).status != "refuted"
    assert judged(alternating, n).status != "refuted"


def test_nested_ranges() -> None:
    assert (
        judged(sum_of(sum_of(sp.S.One, (j, 1, k)), (k, 1, n)), n * (n + 1) / 2).status == "proved"
    )
    assert judged(sum_of(k * j, (j, 1, n), (k, 1, n)), (n * (n + 1) / 2) ** 2).status == "proved"


FALSE = [
    (k, n**2),
    (k**2, n * (n + 1) * (2 * n + 1) / 6 + (n - 1) * (n - 2) * (n - 3) * (n - 5)),
    (1 / (k * (k + 1)), (n + 1) / (n + 2)),
    (1 / (2 * k + 1), sp.S.One),
    (sp.Integer(2) ** k, sp.Integer(2) ** n),
]


@pytest.mark.parametrize(("term", "closed"), FALSE, ids=str)
def test_wrong_closed_forms_are_refuted(term: sp.Expr, closed: sp.Expr) -> None:
    assert judged(sum_of(term, (k, 1, n)), closed).status == "refuted"
