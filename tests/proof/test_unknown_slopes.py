"""Second derivatives through names of which only the dependencies are known; batch norm."""

from __future__ import annotations

import pytest
import sympy as sp

from derive.proof import prove
from derive.terms import Context, Definition, Domain, Partial, Statement, family, index, real, size
from derive.terms import sum_of as total

m, n = size("m"), size("n")
i, j, k, p = (index(c) for c in "ijkp")
L, A, u, v, eps = (real(c) for c in ("L", "A", "u", "v", "epsilon"))
w, f, y = family("w", n), family("f", m), family("y", m)
d = Partial

SQUARES = Context().define(Definition.of(L, total((f[i] - y[i]) ** 2, (i, 1, m)) / 2)).depends(f, w)
INNER = Context().define(Definition.of(u, v**2)).depends(A, u)

GAUSS_NEWTON = total(d(f[i], w[j]) * d(f[i], w[k]), (i, 1, m))
CURVATURE = total((f[i] - y[i]) * d(f[i], w[j], w[k]), (i, 1, m))

CASES = [
    (SQUARES, d(L, w[j], w[k]), GAUSS_NEWTON + CURVATURE, True),
    (SQUARES, d(L, w[j], w[k]), GAUSS_NEWTON, False),
    (SQUARES, d(f[i], w[j], w[k]), d(f[i], w[k], w[j]), True),
    (SQUARES, d(f[i], w[j], w[k]), d(f[i], w[j], w[j]), False),
    (INNER, d(A, v, v), 4 * v**2 * d(A, u, u) + 2 * d(A, u), True),
    (INNER, d(A, v, v), 4 * v**2 * d(A, u, u), False),
]


@pytest.mark.parametrize(("context", "lhs", "rhs", "holds"), CASES)
def test_second_derivatives(context: Context, lhs: sp.Expr, rhs: sp.Expr, holds: bool) -> None:
    outcome = prove(Statement(lhs, "=", rhs), context)
    assert outcome.status == ("proved" if holds else "refuted"), outcome.reason


def test_batch_norm_in_one_piece() -> None:
    x, mu, s, h = family("x", m, n), family("mu", n), family("s", n), family("h", m, n)
    deviation = total((x[i, j] - mu[j]) ** 2, (i, 1, m)) / m
    context = (
        Context()
        .define(Definition.of(mu[j], total(x[i, j], (i, 1, m)) / m))
        .define(Definition.of(s[j], sp.sqrt(deviation + eps)))
        .define(Definition.of(h[i, j], (x[i, j] - mu[j]) / s[j]))
        .depends(L, h)
        .declare(eps, Domain.POSITIVE)
    )
    gradients = total(d(L, h[p, j]), (p, 1, m))
    along = total(d(L, h[p, j]) * h[p, j], (p, 1, m))
    claimed = (m * d(L, h[i, j]) - gradients - h[i, j] * along) / (m * s[j])
    outcome = prove(Statement(d(L, x[i, j]), "=", claimed), context)
    assert outcome.status == "proved", outcome.conditions
    wrong = Statement(d(L, x[i, j]), "=", claimed + h[i, j] / m)
    assert prove(wrong, context).status == "refuted"
