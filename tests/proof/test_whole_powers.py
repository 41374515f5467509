"""Powers with whole exponents, for bases of every sign; kinks and products of unknown signs."""

from __future__ import annotations

import pytest
import sympy as sp

from derive.proof import Outcome, prove
from derive.terms import Context, Hypothesis, Partial, Statement, family, index, real, size, sum_of

n, k, j = size("n"), index("k"), index("j")
x, y, w, v = (real(c) for c in "xywv")
W = family("w", n)


def judged(lhs: sp.Expr, rhs: sp.Expr, *facts: Statement, relation: str = "=") -> Outcome:
    hypotheses = tuple(Hypothesis(f, str(f)) for f in facts)
    return prove(Statement(lhs, relation, sp.sympify(rhs)), Context(hypotheses=hypotheses))


def power(base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    return sp.Pow(base, exponent, evaluate=False)


PROVED = [
    (power(-1, 2 * n), 1),
    (power(-1, n + 1), -power(-1, n)),
    (power(-x, n), power(-1, n) * x**n),
    (power(x, n + 1), x * x**n),
    (power(x * y, n), x**n * y**n),
    (power(x**n, 2), power(x, 2 * n)),
    (power(-x, 2 * n), power(x, 2 * n)),
]

REFUTED = [
    (power(-x, n), x**n),
    (power(-1, n), 1),
    (sp.sqrt(power(x, 2 * n)), x**n),
    (power(x, n + 2), x**n),
]


@pytest.mark.parametrize(("lhs", "rhs"), PROVED, ids=str)
def test_is_proved(lhs: sp.Expr, rhs: sp.Expr) -> None:
    assert judged(lhs, rhs).status == "proved", judged(lhs, rhs).reason


@pytest.mark.parametrize(("lhs", "rhs"), REFUTED, ids=str)
def test_is_refuted(lhs: sp.Expr, rhs: sp.Expr) -> None:
    assert judged(lhs, rhs).status == "refuted"


def test_zero_to_the_zero_is_one() -> None:
    assert judged(power(x, k - 1), 1, Statement(k, "=", sp.S.One)).status == "proved"
    assert judged(power(x, k - 1), 0, Statement(x, "=", sp.S.Zero)).status == "refuted"


def test_a_kink_counts_only_where_the_variable_is() -> None:
    total = sum_of(sp.Abs(W[k]), (k, 1, n))
    here = judged(Partial(total, W[j]), sp.sign(W[j]), Statement(W[j], "!=", sp.S.Zero))
    assert here.status == "proved"
    assert judged(Partial(total, W[j]), sp.sign(W[j])).status == "conditional"


def test_a_product_of_known_sign_chooses_the_case() -> None:
    fact = Statement(w * x, ">", sp.S.Zero)
    assert judged(sp.Max(0, w * x), w * x, fact).status == "proved"
    assert judged(Partial(sp.Max(0, w * x), w), x, fact).status == "proved"
    assert judged(sp.Abs(w) * sp.Abs(x), w * x, fact).status == "proved"
    assert judged(sp.Max(0, w), w, fact).status == "refuted"
    assert judged(
        w * x, 0, fact, Statement(w, "<", sp.S.Zero), Statement(x, ">", sp.S.Zero)
    ).reason.startswith("vacuous")
