"""Maxima, absolute values and cases under sums: written in two ways, and their signs."""

from __future__ import annotations

import random

import pytest
import sympy as sp

from derive.proof import prove
from derive.terms import Partial, Statement, family, index, real, size, sum_of
from derive.verdicts import verify

n = size("n")
i, j, k = index("i"), index("j"), index("k")
v, w = family("v", n), family("w", n)
x, y = real("x"), real("y")

PROVED = [
    r"\sum_k \max(v_k, w_k) = \sum_k \frac{v_k + w_k + |v_k - w_k|}{2}",
    r"\sum_k \min(v_k, w_k) = \sum_k \frac{v_k + w_k - |v_k - w_k|}{2}",
    r"\sum_k \max(v_k, w_k) \geq \sum_k v_k",
    r"\sum_k \min(v_k, w_k) \leq \sum_k w_k",
    r"\sum_k |v_k||w_k| \geq \sum_k v_k w_k",
    r"\sum_k \max(0, 1 - y_k z_k) \geq \sum_k (1 - y_k z_k)",
    r"\sum_i\sum_j \max(0, x_i - y_j) \geq 0",
    r"\sum_i\sum_j |x_i - y_j| \geq 0",
    r"\sum_i\sum_j (x_i - y_j)^2 \geq 0",
    r"\sum_i \max(0, x_i - y) \geq 0",
    r"\sum_i \min(-1, x_i - y) < 0",
    r"\sum_i \tanh(x_i^2) \geq 0",
    r"\sum_{i=1}^n\sum_{j=1}^i |x_j| \geq 0",
]

REFUTED = [
    r"\sum_k \max(v_k, w_k) = \sum_k \frac{v_k + w_k + |v_k + w_k|}{2}",
    r"\sum_k \max(v_k, w_k) > \sum_k v_k",
    r"\sum_k (\max(v_k, w_k) - v_k + w_k) \geq 0",
    r"\sum_i\sum_j (x_i - y_j)^2 > 0",
    r"\sum_i \max(0, x_i - y) > 0",
    r"\sum_i \max(x_i, x_i - y) \geq 0",
    r"\sum_i \tanh(x_i) \geq 0",
    r"\sum_{i=2}^n \max(1, x_i) > 0",
    r"\sum_{i=1}^n\sum_{j=1}^i |x_j| > 0",
]


@pytest.mark.parametrize("claim", PROVED)
def test_is_proved(claim: str) -> None:
    assert verify(claim).status == "proved"


@pytest.mark.parametrize("claim", REFUTED)
def test_is_refuted(claim: str) -> None:
    assert verify(claim).status == "refuted"


def two_forms(chance: random.Random, depth: int) -> tuple[sp.Expr, sp.Expr]:
    """A term with cases, and the same one with other functions."""
    if not depth:
        atoms = [x, y, v[i], v[j], w[i], sp.S.One]
        term = chance.choice([1, -1, 2]) * chance.choice(atoms) + chance.choice(atoms)
        return term, term
    a, b = two_forms(chance, depth - 1)
    c, d = two_forms(chance, depth - 1)
    half = sp.Rational(1, 2)
    larger = half * (v[k] + w[k] + sp.Abs(v[k] - w[k]))
    forms = [
        (sp.Abs(a), sp.Max(b, -b)),
        (sp.Max(0, a), half * (b + sp.Abs(b))),
        (sp.Max(a, c), half * (b + d + sp.Abs(b - d))),
        (sp.Min(a, c), -sp.Max(-b, -d)),
        (sp.sign(a), -sp.sign(-b)),
        (a * c, b * d),
        (sum_of(sp.Max(v[k], w[k]), (k, 1, n)), sum_of(larger, (k, 1, n))),
        (sum_of(sp.Abs(v[k]), (k, 1, n)), sum_of(sp.Max(v[k], -v[k]), (k, 1, n))),
    ]  # fmt: skip
    return chance.choice(forms)


@pytest.mark.parametrize("seed", range(40))
def test_two_forms_of_a_term(seed: int) -> None:
    chance = random.Random(seed)
    one, other = two_forms(chance, chance.choice([1, 2]))
    same = prove(Statement(one, "=", other), seconds=5.0)
    assert same.status == "proved" or "too many cases" in same.reason, same.reason
    slope = prove(Statement(Partial(one, x), "=", Partial(other, x)), seconds=5.0)
    assert slope.status != "refuted", slope.reason
    assert "internal error" not in slope.reason
    assert prove(Statement(one, "=", other + sp.Rational(1, 1000)), seconds=5.0).status == "refuted"
