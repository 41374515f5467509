"""max_k z_k and min_k z_k as values of their own."""

from __future__ import annotations

import pytest
import sympy as sp

from derive.proof import prove
from derive.terms import Partial, Statement, Vec, family, index, named_function, size, sum_of

m, n = size("m"), size("n")
i, j, k = index("i"), index("j"), index("k")
z, y, a = family("z", n), family("y", n), family("a", m, n)
top, bottom = named_function("max"), named_function("min")


def highest(body: sp.Expr, over: sp.Symbol = k, count: sp.Expr = n) -> sp.Expr:
    return top(Vec(body, (over, count)))


PROVED = [
    (highest(z[k]), "=", highest(z[j], j)),
    (highest(z[k]), ">=", z[j]),
    (bottom(Vec(z[k], (k, n))), "<=", z[j]),
    (sum_of(highest(a[i, k]), (i, 1, m)), "=", sum_of(highest(a[j, i], i), (j, 1, m))),
    (sp.exp(z[j] - highest(z[k])), "<=", 1),
]

NOT_PROVED = [
    (highest(z[k]), "=", highest(y[k])),
    (highest(z[k]), ">", z[j]),
    (highest(z[k]), "=", bottom(Vec(z[k], (k, n)))),
    (highest(z[k] + 1), "=", highest(z[k])),
    (sum_of(highest(a[i, k]), (i, 1, m)), "=", sum_of(highest(a[k, i], k, m), (i, 1, n))),
    (sum_of(highest(a[i, k]), (i, 1, m)), "=", m * highest(a[j, k])),
    (Partial(highest(z[k]), z[j]), "=", 0),
]


@pytest.mark.parametrize(("lhs", "relation", "rhs"), PROVED, ids=str)
def test_is_proved(lhs: sp.Expr, relation: str, rhs: sp.Expr) -> None:
    outcome = prove(Statement(lhs, relation, sp.sympify(rhs)))
    assert outcome.status == "proved", outcome.reason


@pytest.mark.parametrize(("lhs", "relation", "rhs"), NOT_PROVED, ids=str)
def test_is_refuted(lhs: sp.Expr, relation: str, rhs: sp.Expr) -> None:
    assert prove(Statement(lhs, relation, sp.sympify(rhs))).status == "refuted"


def test_other_functions_of_families_stay_open() -> None:
    argmax = named_function("argmax")
    outcome = prove(Statement(argmax(Vec(z[k], (k, n))), ">=", sp.S.One))
    assert outcome.status == "undecided"
