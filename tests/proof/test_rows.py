"""Equations for every row: probabilities, one-hot labels and hypotheses, under sums over rows."""

from __future__ import annotations

import pytest
import sympy as sp

from derive.proof import Outcome, prove
from derive.terms import (
    Context,
    Domain,
    Hypothesis,
    Partial,
    Statement,
    family,
    index,
    size,
    sum_of,
)

m, n = size("m"), size("n")
i, j, k = index("i"), index("j"), index("k")
Y, A = family("Y", m, n), family("A", m, n)
w, v = family("w", m), family("v", n)
ROWS = Statement(sum_of(Y[i, k], (k, 1, n)), "=", sp.S.One)
SCALED = Statement(sum_of(Y[i, k] * v[k], (k, 1, n)), "=", w[i])


def judged(lhs: sp.Expr, rhs: sp.Expr, *facts: Statement, domain: Domain | None = None) -> Outcome:
    context = Context(hypotheses=tuple(Hypothesis(f, str(f)) for f in facts))
    if domain is not None:
        context = context.declare(Y, domain)
    return prove(Statement(lhs, "=", sp.sympify(rhs)), context)


TRUE = [
    (sum_of(Y[i, k], (k, 1, n), (i, 1, m)), m),
    (sum_of(Y[i, k], (i, 1, m), (k, 1, n)), m),
    (sum_of(w[i] * Y[i, k], (i, 1, m), (k, 1, n)), sum_of(w[i], (i, 1, m))),
    (sum_of(Y[j, k] * w[j], (k, 1, n)), w[j]),
    (sum_of(sp.exp(w[i]) * sum_of(Y[i, k], (k, 1, n)), (i, 1, m)), sum_of(sp.exp(w[i]), (i, 1, m))),
    (sum_of(A[i, j] * Y[i, k], (i, 1, m), (k, 1, n)), sum_of(A[i, j], (i, 1, m))),
]

FALSE = [
    (sum_of(Y[i, k], (i, 1, m)), 1),
    (sum_of(Y[i, k], (i, 1, m), (k, 1, n)), n),
    (sum_of(v[k] * Y[i, k], (i, 1, m), (k, 1, n)), sum_of(v[k], (k, 1, n))),
    (sum_of(Y[i, k] * A[i, k], (k, 1, n)), A[i, j]),
]


@pytest.mark.parametrize(("lhs", "rhs"), TRUE, ids=str)
@pytest.mark.parametrize("domain", [None, Domain.PROBABILITY, Domain.ONE_HOT])
def test_is_proved(lhs: sp.Expr, rhs: sp.Expr, domain: Domain | None) -> None:
    facts = (ROWS,) if domain is None else ()
    outcome = judged(lhs, rhs, *facts, domain=domain)
    assert outcome.status == "proved", outcome.reason


@pytest.mark.parametrize(("lhs", "rhs"), FALSE, ids=str)
@pytest.mark.parametrize("domain", [None, Domain.PROBABILITY, Domain.ONE_HOT])
def test_is_refuted(lhs: sp.Expr, rhs: sp.Expr, domain: Domain | None) -> None:
    facts = (ROWS,) if domain is None else ()
    assert judged(lhs, rhs, *facts, domain=domain).status == "refuted"


def test_a_value_that_differs_by_row() -> None:
    total = sum_of(Y[i, k] * v[k], (i, 1, m), (k, 1, n))
    outcome = judged(total, sum_of(w[i], (i, 1, m)), SCALED)
    assert outcome.status == "proved"
    assert outcome.hypotheses == (str(SCALED),)
    assert judged(total, m * w[j], SCALED).status == "refuted"


def test_one_hot_rows_have_squares_one() -> None:
    total = sum_of(Y[i, k] ** 2, (i, 1, m), (k, 1, n))
    assert judged(total, m, domain=Domain.ONE_HOT).status == "proved"
    assert judged(total, m, domain=Domain.PROBABILITY).status == "refuted"


def test_rows_that_contradict_each_other_are_vacuous() -> None:
    other = Statement(sum_of(Y[i, k], (k, 1, n)), "=", sp.Integer(2))
    assert judged(sum_of(Y[i, k], (i, 1, m), (k, 1, n)), m, ROWS, other).status == "undecided"


def test_an_equation_is_not_put_in_before_a_derivative_is_taken() -> None:
    total = sum_of(Y[i, k], (i, 1, m), (k, 1, n))
    assert judged(Partial(total, Y[i, j]), 1, ROWS).status == "proved"
    assert judged(Partial(total, Y[i, j]), 0, ROWS).status == "refuted"
    weighted = sum_of(Y[i, k] * v[k] * A[i, j], (i, 1, m), (k, 1, n))
    slope = sum_of(Y[i, k] * A[i, j], (i, 1, m))
    assert judged(Partial(weighted, v[k]), slope, SCALED).status == "proved"
    assert judged(Partial(weighted, v[k]), 0, SCALED).status == "refuted"


def test_a_size_that_is_also_an_index_keeps_its_meaning() -> None:
    p = family("p", n)
    context = Context().declare(p, Domain.PROBABILITY)
    claim = Statement(sp.exp(p[n] ** 2 + p[j] ** 2), "<=", sp.exp(p[n] + p[j]))
    assert prove(claim, context).status != "refuted"
